"""The sample data holds together: every reference resolves and every fact of the plan is read rightly."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pypdfium2
import pytest
import yaml
from docx import Document

from catalog.domain.deadline_rule import DisclosureDeadlineRule
from catalog.domain.editions import CatalogueItem, check_items, row_errors
from catalog.domain.term_parser import parse_term
from shared.kinds import DocumentKind
from shared.roles import Role
from tests.catalog.making import SAMPLE, sample

DOCUMENTS = sorted((SAMPLE / "documents").glob("*.md"))
ATTACHMENTS = SAMPLE / "documents" / "attachments"
COLUMNS = sample("columns")["columns"]
DEPARTMENTS = {department["code"] for department in sample("departments")["departments"]}
ITEMS = [CatalogueItem.model_validate(item) for item in sample("catalogue-2018")["items"]]
TASKS = sample("plan-2018")["obligations"]


def front_matter(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8").split("---\n")[1])
    return found


def phrases() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("make_attachments", SAMPLE / "make_attachments.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, str] = module.PHRASES
    return found


def text_of(path: Path) -> str:
    if path.suffix == ".pdf":
        pages = pypdfium2.PdfDocument(path)
        return "".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "")
    if path.suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    rows = openpyxl.load_workbook(path).worksheets[0].values
    return "\n".join(str(cell) for row in rows for cell in row)


def test_every_reference_between_columns_items_tasks_and_departments_resolves() -> None:
    codes = [column["code"] for column in COLUMNS]
    assert len(set(codes)) == len(codes)
    for place, column in enumerate(COLUMNS):
        assert column.get("parent") is None or column["parent"] in codes[:place]
        assert column["department"] in DEPARTMENTS
        assert ("max_silence_days" in column) == ("silence_source" in column)
    check_items(ITEMS)
    assert row_errors(ITEMS, codes) == []
    for task in TASKS:
        assert task["column"] in codes
        assert task["catalogue_item"] in {item.id for item in ITEMS} | {None}


def test_every_term_of_the_catalogue_can_be_read() -> None:
    assert [item.raw_deadline for item in ITEMS if parse_term(item.raw_deadline).rule is None] == []


def test_the_plans_terms_are_read_as_the_sample_says() -> None:
    for task in TASKS:
        expected = task["rule"] and DisclosureDeadlineRule(**task["rule"], raw_text=task["raw_term"])
        assert parse_term(task["raw_term"]).rule == expected
    days = {task["id"]: found.rule.fixed_day for task in TASKS if (found := parse_term(task["raw_term"])).rule}
    dated = {key: day for key, day in days.items() if day}
    assert dated == {
        "plan-2018-04": date(2018, 7, 31),
        "plan-2018-07": date(2018, 12, 31),
        "plan-2018-08": date(2018, 12, 31),
        "plan-2018-09": date(2018, 12, 31),
    }


def test_the_plans_quirks_are_kept() -> None:
    offices = {task["id"]: (task["responsible"], task["lead"], task["supporting"]) for task in TASKS}
    assert offices["plan-2018-05"] == ([], [], [])
    assert offices["plan-2018-04"] == (["莒南县审计局办公室"], [], ["办公室"])
    assert [key for key, (responsible, lead, _) in offices.items() if not responsible and lead] == ["plan-2018-07"]
    assert [task["id"] for task in TASKS if task["raw_term"] == ""] == ["plan-2018-06", "plan-2018-11"]


def test_there_are_people_for_every_role_and_no_one_checks_himself() -> None:
    grants = [
        (role, where, person["username"]) for person in sample("staff")["staff"] for role, where in person["grants"]
    ]
    assert {role for role, _, _ in grants} == set(Role) - {Role.DEPARTMENT_SYSTEM, Role.SERVICE}
    for department in {where for role, where, _ in grants if role == Role.AUTHOR}:
        author, reviewer, approver = (
            {who for role, where, who in grants if role == wanted and where == department}
            for wanted in (Role.AUTHOR, Role.REVIEWER, Role.APPROVER)
        )
        assert author
        assert reviewer
        assert approver
        assert len(author | reviewer | approver) == len(author) + len(reviewer) + len(approver)


def test_there_is_a_document_of_every_kind_and_each_points_to_what_exists() -> None:
    found = [front_matter(path) for path in DOCUMENTS]
    assert {document["kind"] for document in found} == set(DocumentKind)
    columns = {column["code"]: column["department"] for column in COLUMNS}
    for document in found:
        assert columns[document["column"]] == document["department"]
        assert set(document.get("catalogue_items", [])) <= {item.id for item in ITEMS}
        assert all((ATTACHMENTS / name).is_file() for name in document.get("attachments", []))
    assert len({document["external_id"] for document in found}) == len(found)


@pytest.mark.parametrize(("name", "phrase"), phrases().items())
def test_an_attachments_phrase_is_found_in_its_text_and_nowhere_else(name: str, phrase: str) -> None:
    assert phrase in text_of(ATTACHMENTS / name)
    others = [path for path in ATTACHMENTS.iterdir() if path.name != name]
    assert not any(phrase in text_of(path) for path in others)
    assert not any(phrase in path.read_text("utf-8") for path in DOCUMENTS)


def test_every_attachment_belongs_to_a_document() -> None:
    named = {name for path in DOCUMENTS for name in front_matter(path).get("attachments", [])}
    assert named == {path.name for path in ATTACHMENTS.iterdir()} == set(phrases())
