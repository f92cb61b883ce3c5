"""The service's answers, on a real database behind a real socket."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.roles import EVERY_DEPARTMENT, Role
from supervision.consumers import PROJECTIONS, recording
from supervision.domain import DutyState, Freshness
from tests.supervision.asking import EVERYWHERE, Caller, answering
from tests.supervision.building import at, column, department, document, event, obligation, request

AUDIT_ONLY = (Role.SUPERVISOR, "audit")
LISTS = {"obligations": DutyState, "columns": Freshness, "requests": DutyState}

ANNOUNCED = [
    department(),
    department("finance", "财政局"),
    column("notices", max_silence_days=14),
    column("results", max_silence_days=100),
    column("budget", department="finance"),
    column("blank", department="finance"),
    document("d1", "2026-01-02", column="notices"),
    document("d2", "2026-01-02", column="results", catalogue_items=("i1",)),
    document("d3", "2026-03-19", column="budget"),
    obligation("o1", due_on=date(2026, 1, 31), catalogue_item="i1"),
    obligation("o2", due_on=date(2026, 2, 28)),
    obligation("o3", due_on=date(2026, 3, 24), responsible=("财政局",), lead=("audit",)),
    obligation("o4", recurring=True, responsible=("办公室",), column="notices"),
    obligation("o5", responsible=()),
    obligation("o6", active=False),
    request("r1", due_on=date(2026, 3, 23)),
    request("r2", due_on=date(2026, 3, 1)),
    request("r3", due_on=date(2026, 5, 1), department="finance"),
    request("r4", due_on=date(2026, 2, 1), decided_on=date(2026, 2, 1), status="decided"),
    request("r5", due_on=date(2026, 2, 2), decided_on=date(2026, 2, 1), status="closed"),
    request("r6", due_on=date(2026, 2, 1), decided_on=date(2026, 2, 1), status="served", department="finance"),
    request("r7", due_on=date(2026, 2, 1), decided_on=date(2026, 2, 9), status="served"),
    request("r8", status="withdrawn", decided_on=date(2026, 2, 1)),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(engine: AsyncEngine, database_url: str) -> AsyncIterator[Caller]:
    for state in ANNOUNCED:
        happened = event(state)
        subject = happened.type.partition(".")[0]
        await recording(engine, f"supervision.{subject}", PROJECTIONS[subject])(happened)
    async with answering(database_url, at("2026-03-20")) as caller:
        yield caller


@pytest.mark.parametrize("path", LISTS)
async def test_entries_are_for_those_who_supervise(service: Caller, path: str) -> None:
    assert (await service.get(path)).status == 401
    assert (await service.get(path, (Role.AUTHOR, EVERY_DEPARTMENT))).status == 403
    assert (await service.get(path, (Role.CHIEF, "audit"))).status == 200


@pytest.mark.parametrize("path", LISTS)
async def test_a_supervisor_of_one_department_sees_that_department_only(service: Caller, path: str) -> None:
    assert (await service.get(path, AUDIT_ONLY, department="finance")).status == 403
    seen = await service.all_pages(path, AUDIT_ONLY)
    assert seen == await service.all_pages(path, EVERYWHERE, department="audit")
    assert 0 < len(seen) < len(await service.all_pages(path, EVERYWHERE))


async def test_each_obligation_shows_its_state_and_the_document_it_rests_on(service: Caller) -> None:
    entries = await service.all_pages("obligations", EVERYWHERE)
    assert [(entry["id"], entry["state"], entry["evidence"], entry["days_late"]) for entry in entries] == [
        ("o4", "overdue", ["d1"], 63),
        ("o1", "met", ["d2"], None),
        ("o2", "overdue", [], 20),
        ("o3", "due_soon", [], None),
        ("o5", "open", [], None),
        ("o6", "waived", [], None),
    ]
    by_id = {entry["id"]: entry for entry in entries}
    assert by_id["o3"]["responsible"] == ["财政局", "审计局"]
    assert by_id["o4"]["departments"] == ["audit"]
    assert by_id["o5"]["defects"] == ["未明确责任部门"]
    assert by_id["o2"]["state_label"] == "已逾期"


async def test_each_column_shows_how_long_it_has_been_silent(service: Caller) -> None:
    columns = await service.all_pages("columns", EVERYWHERE)
    assert [(found["code"], found["state"], found["silent_days"], found["evidence"]) for found in columns] == [
        ("blank", "blank", None, []),
        ("budget", "fresh", 1, ["d3"]),
        ("notices", "stale", 77, ["d1"]),
        ("results", "warn", 77, ["d2"]),
    ]
    assert columns[1]["department_name"] == "财政局"


async def test_requests_are_those_still_owed_unless_a_state_is_asked_for(service: Caller) -> None:
    async def numbers(**query: str) -> list[str]:
        return [entry["id"] for entry in await service.all_pages("requests", EVERYWHERE, **query)]

    assert await numbers() == ["r2", "r1", "r3"]
    assert await numbers(state="met") == ["r4", "r6", "r5"]
    assert await numbers(state="met", department="finance") == ["r6"]
    assert await numbers(state="waived") == ["r8"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("department_code", [None, "audit", "finance"])
async def test_every_figure_of_the_summary_is_the_length_of_a_list(
    service: Caller, path: str, department_code: str | None
) -> None:
    summary = (await service.get("summary")).body
    rows = {row["code"]: row for row in summary["departments"]}
    figures = (rows[department_code] if department_code else summary)[path]
    query = {"department": department_code} if department_code else {}
    listed = {
        state.value: len(await service.all_pages(path, EVERYWHERE, state=state.value, **query)) for state in LISTS[path]
    }
    assert figures == listed
    assert (await service.get(path, EVERYWHERE, **query)).body["counts"] == listed


async def test_the_public_summary_holds_counts_and_names_of_departments_only(service: Caller) -> None:
    summary = (await service.get("summary")).body
    assert summary["as_of"] == "2026-03-20"
    assert summary["obligations_with_defects"] == 1
    words = [word for word in _leaves(summary) if not isinstance(word, int)]
    assert sorted(words) == ["2026-03-20", "audit", "finance", "审计局", "财政局"]


def _leaves(value: Any) -> list[Any]:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if children is None else [leaf for child in children for leaf in _leaves(child)]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"state": "late"},
        {"cursor": "x"},
        {"cursor": "WyJ4IiwieSJd"},  # ["x","y"]
        {"cursor": "WzEsMl0"},  # [1,2]
    ],
)
@pytest.mark.parametrize("path", LISTS)
async def test_a_question_that_makes_no_sense_is_refused(
    service: Caller, path: str, query: dict[str, str | int]
) -> None:
    answer = await service.get(path, EVERYWHERE, **query)
    assert (answer.status, answer.body["type"]) == (422, "/problems/invalid")
