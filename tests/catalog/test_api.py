"""The API on a socket: what callers get, who may change what, and bad input of every kind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.roles import EVERY_DEPARTMENT, Role
from tests.catalog.asking import COUNTY_EDITOR, EDITOR, NOBODY, Caller, Grant, answering
from tests.catalog.making import sample

COLUMN = {"name": "工作动态", "kind": "news", "department": "audit", "max_silence_days": 14}
TASK = {"title": "编清单", "source": "实施方案", "department": "audit", "responsible": ["办公室"]}
ITEM = {
    "id": "audit-01",
    "number": "1",
    "name": "机构职能",
    "level1": "机构概况",
    "legal_basis": "条例第二十条",
    "raw_deadline": "信息形成或变更之日起20个工作日内",
    "disclosing_body": "县审计局",
}


def an_edition(*items: dict[str, Any], department: str = "audit", **more: Any) -> dict[str, Any]:
    return {"title": "基本目录", "department": department, "items": list(items), **more}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ask(database_url: str) -> AsyncIterator[Caller]:
    async with answering(database_url) as caller:
        yield caller


async def test_a_column_is_created_changed_with_its_version_and_read_by_everyone(ask: Caller) -> None:
    made = await ask.put("/api/columns/c-news", EDITOR, COLUMN)
    assert (made.status, made.version, made.body["version"]) == (200, '"1"', 1)
    again = await ask.put("/api/columns/c-news", EDITOR, COLUMN)
    assert again.version == '"1"'
    changed = await ask.put("/api/columns/c-news", EDITOR, {**COLUMN, "name": "动态"}, made.version)
    assert (changed.body["name"], changed.version) == ("动态", '"2"')
    listed = (await ask.get("/api/columns")).body["items"]
    assert [column for column in listed if column["code"] == "c-news"] == [changed.body]
    shown = await ask.get("/api/columns/c-news")
    assert (shown.body["kind_label"], shown.version) == ("新闻动态", '"2"')


async def test_a_change_must_name_the_version_it_changes(ask: Caller) -> None:
    await ask.put("/api/columns/c-versions", EDITOR, COLUMN)
    without = await ask.put("/api/columns/c-versions", EDITOR, {**COLUMN, "name": "动态"})
    stale = await ask.put("/api/columns/c-versions", EDITOR, {**COLUMN, "name": "动态"}, 9)
    assert [(without.status, without.problem), (stale.status, stale.problem)] == [
        (428, "version-required"),
        (412, "stale-version"),
    ]


async def test_a_cycle_is_refused_in_plain_words(ask: Caller) -> None:
    await ask.put("/api/columns/c-root", EDITOR, COLUMN)
    await ask.put("/api/columns/c-leaf", EDITOR, {**COLUMN, "parent": "c-root"})
    refused = await ask.put("/api/columns/c-root", EDITOR, {**COLUMN, "parent": "c-leaf"}, 1)
    assert (refused.status, refused.problem, refused.body["field"]) == (409, "column-cycle", "parent")
    assert refused.body["detail"] == "栏目“c-root”不能放在“c-leaf”之下，那样会绕成一圈"


async def test_an_edition_goes_from_draft_to_published_to_superseded(ask: Caller) -> None:
    draft = await ask.post("/api/catalogue/editions", EDITOR, an_edition(ITEM), key="e-1")
    assert (draft.status, draft.body["status"], draft.body["errors"]) == (201, "draft", [])
    number = draft.body["edition"]
    assert (await ask.get(f"/api/catalogue/editions/{number}")).status == 404
    assert (await ask.get(f"/api/catalogue/editions/{number}", EDITOR)).version == '"1"'
    revised = an_edition(ITEM, {**ITEM, "id": "audit-02", "number": "2", "name": "领导信息"})
    await ask.put(f"/api/catalogue/editions/{number}", EDITOR, revised, 1)
    first = await ask.post(f"/api/catalogue/editions/{number}/publish", EDITOR, version=2)
    assert (first.status, first.body["published_on"], len(first.body["items"])) == (200, "2026-11-23", 2)
    second = await ask.post("/api/catalogue/editions", EDITOR, an_edition({**ITEM, "name": "职能"}))
    await ask.post(f"/api/catalogue/editions/{second.body['edition']}/publish", EDITOR, version=1)
    current = (await ask.get("/api/catalogue", department="audit")).body
    assert [item["name"] for item in current["items"]] == ["职能"]
    listed = {each["edition"]: each["status"] for each in (await ask.get("/api/catalogue/editions")).body["items"]}
    assert (listed[number], listed[current["edition"]]) == ("superseded", "published")
    changes = (await ask.get(f"/api/catalogue/editions/{current['edition']}/diff", against=number)).body
    assert [change["id"] for change in changes["changed"]] == ["audit-01"]
    assert [item["id"] for item in changes["retired"]] == ["audit-02"]
    fixed = await ask.put(f"/api/catalogue/editions/{number}", EDITOR, revised, 3)
    assert (fixed.status, fixed.problem) == (409, "edition-is-fixed")


async def test_an_item_explains_its_term_and_lists_its_documents(ask: Caller) -> None:
    draft = await ask.post("/api/catalogue/editions", COUNTY_EDITOR, an_edition({**ITEM, "id": "x-1"}, department="x"))
    await ask.post(f"/api/catalogue/editions/{draft.body['edition']}/publish", COUNTY_EDITOR, version=1)
    item = (await ask.get("/api/catalogue/items/x-1")).body
    assert item["rule"] == {
        "unit": "working_days",
        "n": 20,
        "trigger": "formed",
        "raw_text": "信息形成或变更之日起20个工作日内",
    }
    assert (item["term_explained"], item["documents"]) == ("信息形成或者变更之日起20个工作日内", [])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"disclosing_body": ""}, "item-without-disclosing-body"),
        ({"legal_basis": " "}, "item-without-basis"),
        ({"raw_deadline": ""}, "item-without-term"),
    ],
)
async def test_an_incomplete_item_is_refused(ask: Caller, change: dict[str, str], problem: str) -> None:
    refused = await ask.post("/api/catalogue/editions", EDITOR, an_edition({**ITEM, **change}))
    assert (refused.status, refused.problem) == (422, problem)


async def test_the_same_key_does_not_make_a_second_draft(ask: Caller) -> None:
    first = await ask.post("/api/catalogue/editions", EDITOR, an_edition(ITEM), key="again")
    second = await ask.post("/api/catalogue/editions", EDITOR, an_edition(ITEM), key="again")
    other = await ask.post("/api/catalogue/editions", EDITOR, an_edition(), key="again")
    assert (second.status, second.body["edition"]) == (201, first.body["edition"])
    assert (other.status, other.problem) == (422, "key-used-otherwise")


async def test_an_obligation_is_entered_explained_assigned_and_listed_by_state_and_office(ask: Caller) -> None:
    unassigned = {**TASK, "responsible": [], "raw_term": "2018年7月底", "clause": "二（一）"}
    made = await ask.put("/api/obligations/o-list", EDITOR, unassigned)
    assert (made.body["state"], made.body["due_on"]) == ("overdue", "2018-07-31")
    assert made.body["term_explained"] == "应在2018年7月底前完成"
    assert made.body["defects"] == [{"code": "nobody_responsible", "message": "没有责任部门，请指定"}]
    defective = (await ask.get("/api/obligations", defective="true")).body["items"]
    assert "o-list" in [row["id"] for row in defective]
    supervisor: Grant = (Role.SUPERVISOR, EVERY_DEPARTMENT)
    assigned = await ask.put("/api/obligations/o-list", supervisor, {**unassigned, "responsible": ["信息科"]}, 1)
    assert (assigned.body["defects"], assigned.version) == ([], '"2"')
    found = (await ask.get("/api/obligations", state="overdue", department="信息科")).body
    assert [row["id"] for row in found["items"]] == ["o-list"]
    assert (await ask.get("/api/obligations/o-list")).body == assigned.body


async def test_obligations_come_a_page_at_a_time_without_gap_or_repetition(ask: Caller) -> None:
    for number in range(5):
        await ask.put(f"/api/obligations/p-{number}", EDITOR, {**TASK, "responsible": ["分页科"]})
    seen: list[str] = []
    page = (await ask.get("/api/obligations", department="分页科", limit=2)).body
    seen += [row["id"] for row in page["items"]]
    while page["next_cursor"]:
        page = (await ask.get("/api/obligations", department="分页科", limit=2, cursor=page["next_cursor"])).body
        seen += [row["id"] for row in page["items"]]
    assert seen == [f"p-{number}" for number in range(5)]


async def test_an_editor_may_correct_how_a_term_is_read(ask: Caller) -> None:
    body = {**TASK, "raw_term": "七月之前", "rule": {"unit": "by_date", "year": 2026, "month": 6}}
    made = await ask.put("/api/obligations/o-rule", EDITOR, body)
    assert (made.body["due_on"], made.body["rule"]["raw_text"], made.body["defects"]) == ("2026-06-30", "七月之前", [])


async def test_coverage_is_counted_for_everyone(ask: Caller) -> None:
    for by in ("item", "column", "department"):
        rows = (await ask.get("/api/coverage", by=by)).body["items"]
        assert rows
        assert set(rows[0]) == {"key", "name", "fulfilled", "due", "overdue", "never", "documents"}


WRITES = [
    ("PUT", "/api/columns/w-1", COLUMN),
    ("POST", "/api/catalogue/editions", an_edition(ITEM)),
    ("PUT", "/api/obligations/w-1", TASK),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    ("grant", "status"),
    [(None, 401), (NOBODY, 403), ((Role.CATALOGUE_EDITOR, "finance"), 403), ((Role.AUTHOR, "*"), 403)],
)
async def test_only_the_departments_own_editor_may_write(
    ask: Caller, method: str, path: str, body: dict[str, Any], grant: Grant | None, status: int
) -> None:
    answer = await (ask.put(path, grant, body) if method == "PUT" else ask.post(path, grant, body))
    assert answer.status == status


async def test_an_editor_of_another_department_cannot_take_over_what_exists(ask: Caller) -> None:
    other: Grant = (Role.CATALOGUE_EDITOR, "finance")
    await ask.put("/api/columns/mine", EDITOR, COLUMN)
    await ask.put("/api/obligations/mine", EDITOR, TASK)
    draft = await ask.post("/api/catalogue/editions", EDITOR, an_edition(ITEM))
    number = draft.body["edition"]
    answers = [
        await ask.put("/api/columns/mine", other, {**COLUMN, "department": "finance"}, 1),
        await ask.put("/api/obligations/mine", other, {**TASK, "department": "finance"}, 1),
        await ask.put(f"/api/catalogue/editions/{number}", other, an_edition(ITEM, department="finance"), 1),
        await ask.post(f"/api/catalogue/editions/{number}/publish", other, version=1),
        await ask.post(f"/api/catalogue/editions/{number}/publish", NOBODY, version=1),
    ]
    assert [answer.status for answer in answers] == [403, 403, 404, 404, 403]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/columns/bad", {**COLUMN, "kind": "unknown"}),
        ("/api/columns/bad", {**COLUMN, "name": " "}),
        ("/api/columns/bad", {**COLUMN, "name": "零\x00字符"}),
        ("/api/columns/bad", {**COLUMN, "name": "\ud800"}),
        ("/api/columns/bad", {**COLUMN, "purpose": "长" * 4001}),
        ("/api/columns/bad", {**COLUMN, "max_silence_days": 10**12}),
        ("/api/columns/bad", {**COLUMN, "max_silent_days": 3}),
        ("/api/columns/a%00b", COLUMN),
        ("/api/columns/" + "x" * 65, COLUMN),
        ("/api/obligations/bad", {**TASK, "triggered_on": "9999-12-31"}),
        ("/api/obligations/bad", {**TASK, "rule": {"unit": "working_days"}}),
        ("/api/obligations/bad", {**TASK, "responsible": "办公室"}),
        ("/api/obligations/bad", [1]),
        ("/api/obligations/bad", None),
    ],
)
async def test_bad_input_is_a_clear_refusal(ask: Caller, path: str, body: Any) -> None:
    answer = await ask.put(path, COUNTY_EDITOR, body)
    assert (answer.status, answer.problem) == (422, "invalid")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/columns/none", 404),
        ("/api/catalogue?department=none", 404),
        ("/api/catalogue/editions/99999", 404),
        ("/api/catalogue/editions/99999999999", 422),
        ("/api/catalogue/items/none", 404),
        ("/api/obligations/none", 404),
        ("/api/obligations?state=unknown", 422),
        ("/api/obligations?limit=101", 422),
        ("/api/obligations?cursor=nonsense", 422),
        ("/api/coverage?by=year", 422),
    ],
)
async def test_what_is_not_there_or_not_a_question_is_said_so(ask: Caller, path: str, status: int) -> None:
    assert (await ask.get(path)).status == status


async def test_a_broken_if_match_is_stale_not_a_bug(ask: Caller) -> None:
    assert (await ask.put("/api/columns/c-x", EDITOR, COLUMN, "nonsense")).status == 412


async def test_the_whole_sample_loads_twice_and_shows_its_one_unassigned_task(ask: Caller) -> None:
    for _ in range(2):
        for column in sample("columns")["columns"]:
            body = {name: value for name, value in column.items() if name != "code"}
            assert (await ask.put(f"/api/columns/{column['code']}", COUNTY_EDITOR, body)).status == 200
    catalogue = sample("catalogue-2018")
    draft = await ask.post("/api/catalogue/editions", COUNTY_EDITOR, catalogue, key="sample")
    assert (draft.status, draft.body["errors"]) == (201, [])
    number = draft.body["edition"]
    assert (await ask.post(f"/api/catalogue/editions/{number}/publish", COUNTY_EDITOR, version=1)).status == 200
    plan = sample("plan-2018")
    for _ in range(2):
        for task in plan["obligations"]:
            body = {name: value for name, value in task.items() if name != "id"}
            body |= {"source": plan["source"]["name"], "department": plan["source"]["department"]}
            answer = await ask.put(f"/api/obligations/{task['id']}", COUNTY_EDITOR, body)
            assert (answer.status, answer.version) == (200, '"1"')
    rows = [
        row for row in (await ask.get("/api/obligations", limit=100)).body["items"] if row["id"].startswith("plan-")
    ]
    unassigned = [row["id"] for row in rows if "nobody_responsible" in [defect["code"] for defect in row["defects"]]]
    assert (len(rows), unassigned) == (11, ["plan-2018-05"])
