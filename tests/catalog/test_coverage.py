"""Coverage: each duty counted once, by item, column and department, with its documents."""

from dataclasses import asdict
from datetime import date

import pytest

from catalog.domain.coverage import CoverageRow, Grouping
from catalog.handlers.columns import put_column
from catalog.handlers.coverage import count_coverage
from catalog.handlers.obligations import put_obligation, record_departments, record_documents
from tests.catalog.conftest import Office
from tests.catalog.making import (
    a_column,
    an_item,
    an_obligation,
    department_changed,
    publish,
    published,
    withdrawn,
)


async def rows(office: Office, by: Grouping) -> dict[str, CoverageRow]:
    return {row.key: row for row in await count_coverage(by, office.desk)}


def counts(row: CoverageRow) -> tuple[int, int, int, int]:
    return row.fulfilled, row.due, row.overdue, row.never


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("形成之日起20个工作日内", (0, 0, 0, 1)),
        ("2018年7月底", (0, 0, 1, 0)),
        ("2027年底前", (0, 1, 0, 0)),
        ("看不懂的时限", (0, 0, 0, 1)),
    ],
)
async def test_an_item_without_documents_is_never_disclosed_due_or_overdue(
    office: Office, term: str, expected: tuple[int, int, int, int]
) -> None:
    await publish(office.desk, an_item(raw_deadline=term))
    assert counts((await rows(office, Grouping.ITEM))["audit-01"]) == expected


async def test_an_item_is_fulfilled_while_a_document_that_names_it_is_published(office: Office) -> None:
    await publish(office.desk, an_item(name="机构职能"))
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    found = (await rows(office, Grouping.ITEM))["audit-01"]
    assert asdict(found) == {
        "key": "audit-01",
        "name": "机构职能",
        "fulfilled": 1,
        "due": 0,
        "overdue": 0,
        "never": 0,
        "documents": ["d1"],
    }
    await record_documents([withdrawn("d1")], office.desk)
    found = (await rows(office, Grouping.ITEM))["audit-01"]
    assert (counts(found), found.documents) == ((0, 0, 0, 1), [])


async def test_a_retired_item_is_not_counted(office: Office) -> None:
    await publish(office.desk, an_item("audit-01"), an_item("audit-02"))
    await publish(office.desk, an_item("audit-01"))
    assert set(await rows(office, Grouping.ITEM)) == {"audit-01"}


async def test_an_entered_task_is_counted_beside_its_item_and_a_derived_one_is_not(office: Office) -> None:
    await publish(office.desk, an_item())
    late = an_obligation(catalogue_item="audit-01", raw_term="2018年7月底")
    await put_obligation(late, None, None, "editor", office.desk)
    assert counts((await rows(office, Grouping.ITEM))["audit-01"]) == (0, 0, 1, 1)
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    assert counts((await rows(office, Grouping.ITEM))["audit-01"]) == (2, 0, 0, 0)


async def test_a_standing_task_is_fulfilled_while_its_item_has_documents(office: Office) -> None:
    await publish(office.desk, an_item())
    standing = an_obligation(catalogue_item="audit-01", raw_term="长期坚持", recurring=True)
    await put_obligation(standing, None, None, "editor", office.desk)
    assert counts((await rows(office, Grouping.ITEM))["audit-01"]) == (0, 1, 0, 1)
    await record_documents([published("d1", items=("audit-01",))], office.desk)
    assert counts((await rows(office, Grouping.ITEM))["audit-01"]) == (2, 0, 0, 0)


async def test_a_column_counts_its_items_and_lists_all_that_stands_in_it(office: Office) -> None:
    for code in ("news", "blank", "loose"):
        await put_column(a_column(code), None, "editor", office.desk)
    await publish(office.desk, an_item("audit-01", column="news"), an_item("audit-02", column="news"))
    await record_documents([published("d1", items=("audit-01",), column="news")], office.desk)
    await record_documents([published("d2", column="news")], office.desk)
    await record_documents([published("d3", column="loose")], office.desk)
    found = await rows(office, Grouping.COLUMN)
    assert {key: (counts(row), row.documents) for key, row in found.items()} == {
        "news": ((1, 0, 0, 1), ["d1", "d2"]),
        "blank": ((0, 0, 0, 1), []),
        "loose": ((1, 0, 0, 0), ["d3"]),
    }


async def test_departments_are_named_by_their_newest_name(office: Office) -> None:
    await publish(office.desk, an_item())
    await publish(office.desk, an_item("finance-01"), department="finance")
    await record_departments([department_changed("audit", "审计局", 2)], office.desk)
    await record_departments([department_changed("audit", "审计科", 1)], office.desk)
    found = await rows(office, Grouping.DEPARTMENT)
    assert {key: row.name for key, row in found.items()} == {"audit": "审计局", "finance": "finance"}


async def test_documents_of_an_item_are_listed_newest_first(office: Office) -> None:
    for day in (1, 3, 2):
        await record_documents([published(f"d{day}", on=date(2026, 5, day), items=("audit-01",))], office.desk)
    listed = await office.desk.documents.of_item("audit-01", 2)
    assert [document.id for document in listed] == ["d3", "d2"]
