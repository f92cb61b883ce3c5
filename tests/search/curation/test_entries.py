"""Best bets and vocabulary: who may change them, what they hold, where they show, and what is remembered."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from search.curation.held import HeldCuration
from search.curation.rules import BestBet, CurationRefused, Entry, Expansion
from search.curation.tables import curated
from shared.askers import china_today
from shared.events import DocumentStatus, new_id
from shared.roles import Role
from tests.search.curation.conftest import Office, another_replica
from tests.support.events import document_event
from tests.support.waiting import until

BETS, WORDS = "/api/search/best-bets", "/api/search/vocabulary"
TERMS = iter(f"词语{number}" for number in range(1000))


def bet(**fields: Any) -> dict[str, Any]:
    return {
        "queries": ["公积金", "住房公积金"],
        "title": "住房公积金办事指南",
        "url": "/items/guide",
        "summary": "提取、贷款与转移",
        "owner": "办公室",
        "expires_on": (china_today() + timedelta(days=60)).isoformat(),
        **fields,
    }


async def made(office: Office, path: str, body: dict[str, Any]) -> tuple[str, str]:
    status, kept, headers = await office.ask("POST", path, body)
    assert status == 201, kept
    return f"{path}/{kept['id']}", headers["etag"]


async def bets_for(office: Office, q: str) -> list[str]:
    return [each["title"] for each in (await office.search(q))["best_bets"]]


async def test_a_best_bet_stands_before_its_queries_in_every_form_and_no_other(office: Office) -> None:
    await made(office, BETS, bet(queries=["养老金"], url="/columns/social", title="养老金专题"))
    for query in ("养老金", " 養老金 ", "养老金。", "“养老金”"):
        assert await bets_for(office, query) == ["养老金专题"], query
    assert await bets_for(office, "养老金 发放") == []
    _, answer, _ = await office.ask("GET", "/api/search", role=None, q="养老金")
    shown = {"title": "养老金专题", "url": "/columns/social", "summary": "提取、贷款与转移", "owner": "办公室"}
    assert answer["best_bets"] == [shown]


async def test_an_expired_best_bet_is_kept_but_not_shown(office: Office) -> None:
    path, _ = await made(office, BETS, bet(queries=["限时"], url="/about", title="限时推荐"))
    assert await bets_for(office, "限时") == ["限时推荐"]
    gone = bet(queries=["限时"], url="/about", title="限时推荐", expires_on="2020-01-01")
    async with office.engine.begin() as connection:
        await connection.execute(update(curated).where(curated.c.name == "限时推荐").values(content=gone))
    async with another_replica(office) as fresh:
        await until(lambda: _shows(fresh, "限时", []))
    status, kept, _ = await office.ask("GET", path)
    assert (status, kept["state"]) == (200, "expired")


async def nobody_looks(_: object) -> set[str]:
    return set()


async def _shows(office: Office, q: str, wanted: list[str]) -> bool:
    return await bets_for(office, q) == wanted


async def test_a_best_bet_of_a_withdrawn_item_is_not_shown(office: Office) -> None:
    document = str(new_id())
    await office.index(document_event(1, document, title="低保指南"))
    await made(office, BETS, bet(queries=["低保"], url=document, title="低保怎么办"))
    assert await bets_for(office, "低保") == ["低保怎么办"]
    await office.index(document_event(2, document, title="低保指南", status=DocumentStatus.WITHDRAWN))
    await until(lambda: _shows(office, "低保", []), 5)


async def test_a_best_bet_that_expires_soon_says_so(office: Office) -> None:
    soon = (china_today() + timedelta(days=3)).isoformat()
    path, _ = await made(office, BETS, bet(queries=["快到期"], url="/about", expires_on=soon))
    assert (await office.ask("GET", path))[1]["state"] == "due_soon"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"queries": []}, "queries"),
        ({"queries": ["。"]}, "queries"),
        ({"queries": ["13800138000"]}, "queries"),
        ({"queries": ["长" * 61]}, "queries"),
        ({"queries": [f"第{n}个" for n in range(21)]}, "queries"),
        ({"title": " "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"summary": "长" * 201}, "summary"),
        ({"owner": ""}, "owner"),
        ({"url": ""}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//evil.example"}, "url"),
        ({"url": "/\\evil.example"}, "url"),
        ({"url": "http://plain.example/"}, "url"),
        ({"url": "///elsewhere.example/"}, "url"),
        ({"url": "https://[broken"}, "url"),
        ({"url": "/a b"}, "url"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "2999-01-01"}, "expires_on"),
        ({"expires_on": "明天"}, "expires_on"),
        ({"expires_on": ""}, "expires_on"),
    ],
)
async def test_a_wrong_best_bet_is_refused_by_field_and_nothing_is_kept(
    office: Office, fields: dict[str, Any], field: str
) -> None:
    before = (await office.ask("GET", BETS))[1]["items"]
    status, problem, _ = await office.ask("POST", BETS, bet(**fields))
    assert (status, problem["field"]) == (422, field)
    assert any("一" <= letter <= "鿿" for letter in problem["detail"])
    assert (await office.ask("GET", BETS))[1]["items"] == before


@pytest.mark.parametrize("path", [BETS, WORDS])
async def test_readers_may_look_and_only_editors_may_change(office: Office, path: str) -> None:
    assert (await office.ask("GET", path, role=None))[0] == 401
    assert (await office.ask("GET", path, role=Role.AUTHOR))[0] == 403
    assert (await office.ask("GET", path, role=Role.SUPERVISOR))[0] == 200
    body = bet() if path == BETS else {"term": "试", "expansions": []}
    for role, status in ((None, 401), (Role.SUPERVISOR, 403), (Role.AUTHOR, 403)):
        assert (await office.ask("POST", path, body, role=role))[0] == status
        anything = f"{path}/{new_id()}"
        assert (await office.ask("PUT", anything, body, role=role, headers={"If-Match": '"1"'}))[0] == status
        assert (await office.ask("DELETE", anything, role=role, headers={"If-Match": '"1"'}))[0] == status
    assert (await office.ask("GET", "/api/search/report", role=None))[0] == 401
    assert (await office.ask("GET", "/api/search/report", role=Role.AUTHOR))[0] == 403


async def test_a_change_names_its_version_and_every_change_is_on_record(office: Office) -> None:
    path, tag = await made(office, BETS, bet(queries=["版本"], url="/about", title="一版"))
    newer = bet(queries=["版本"], url="/about", title="二版")
    assert (await office.ask("PUT", path, newer))[0] == 428
    status, kept, headers = await office.ask("PUT", path, newer, headers={"If-Match": tag})
    assert (status, kept["version"], kept["changed_by"]) == (200, 2, "a-catalogue_editor")
    assert (await office.ask("PUT", path, newer, headers={"If-Match": tag}))[0] == 412
    assert (await office.ask("DELETE", path, headers={"If-Match": tag}))[0] == 412
    assert (await office.ask("DELETE", path, headers={"If-Match": headers["etag"]}))[0] == 204
    assert (await office.ask("GET", path))[0] == 404
    assert await bets_for(office, "版本") == []
    record = (await office.ask("GET", f"{path}/history"))[1]["items"]
    assert [(c["action"], c["version"], c["who"]) for c in record] == [
        ("deleted", 2, "a-catalogue_editor"),
        ("changed", 2, "a-catalogue_editor"),
        ("created", 1, "a-catalogue_editor"),
    ]
    assert (record[1]["before"]["title"], record[1]["after"]["title"]) == ("一版", "二版")


async def test_a_list_is_read_in_pages(office: Office) -> None:
    for _ in range(5):
        await made(office, WORDS, {"term": next(TERMS), "expansions": [{"term": "别的"}]})
    seen: list[str] = []
    cursor = ""
    while True:
        _, answer, _ = await office.ask("GET", WORDS, limit=2, cursor=cursor)
        seen += [item["term"] for item in answer["items"]]
        if not answer["next_cursor"]:
            break
        cursor = answer["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) >= 5
    assert (await office.ask("GET", WORDS, cursor="nonsense"))[0] == 422
    assert (await office.ask("GET", WORDS, cursor="WyJhIiwiYiJd"))[0] == 422


async def test_a_term_has_one_entry(office: Office) -> None:
    term = next(TERMS)
    await made(office, WORDS, {"term": term, "expansions": [{"term": "征收"}]})
    status, problem, _ = await office.ask("POST", WORDS, {"term": f" {term}。", "expansions": []})
    assert (status, problem["field"]) == (409, "term")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"term": ""}, "term"),
        ({"term": "长" * 31}, "term"),
        ({"expansions": [{"term": "拆迁"}]}, "expansions"),
        ({"expansions": [{"term": ""}]}, "expansions"),
        ({"expansions": [{"term": "长" * 61}]}, "expansions"),
        ({"expansions": [{"term": "征收", "weight": 2}]}, "expansions"),
        ({"expansions": [{"term": "征收", "weight": 0}]}, "expansions"),
        ({"expansions": [{"term": f"词{n}"} for n in range(21)]}, "expansions"),
        ({"note": "长" * 201}, "note"),
    ],
)
async def test_a_wrong_entry_is_refused_by_field(office: Office, fields: dict[str, Any], field: str) -> None:
    status, problem, _ = await office.ask("POST", WORDS, {"term": "拆迁", "expansions": [], **fields})
    assert (status, problem["field"]) == (422, field)


async def test_every_replica_holds_a_changed_entry_within_ten_seconds(office: Office) -> None:
    elsewhere = HeldCuration(office.engine, nobody_looks)
    await elsewhere.reload()
    term = next(TERMS)
    path, tag = await made(office, WORDS, {"term": term, "expansions": [{"term": "征收", "weight": 0.5}]})
    await elsewhere.reload()
    assert elsewhere.current.vocabulary.expansions(term) == (("征收", 0.5),)
    await office.ask("DELETE", path, headers={"If-Match": tag})
    await elsewhere.reload()
    assert elsewhere.current.vocabulary.expansions(term) == ()


async def test_a_best_bet_made_at_one_replica_shows_at_another(office: Office) -> None:
    async with another_replica(office) as other:
        await made(office, BETS, bet(queries=["副本"], url="/about", title="两处都有"))
        await until(lambda: _shows(other, "副本", ["两处都有"]), 10)


async def test_the_report_has_the_facts_of_the_index(office: Office) -> None:
    status, report, _ = await office.ask("GET", "/api/search/report", role=Role.OPERATOR, days=1)
    assert status == 200
    assert report["index"]["documents"] >= 0
    assert report["index"]["index"].startswith(office.names.read)


def test_an_id_alone_leads_to_the_item() -> None:
    day = china_today()
    checked = BestBet(queries=("a1",), title="t", url="0193-ab", owner="o", expires_on=day).checked(day)
    assert (checked.url, checked.item) == ("/items/0193-ab", "0193-ab")


def test_a_vocabulary_entry_is_kept_in_the_form_terms_are_compared_in() -> None:
    kept = Entry(term=" 拆遷 ", expansions=(Expansion(term="徵收"), Expansion(term="征收", weight=0.5))).checked()
    assert (kept.term, kept.pairs) == ("拆迁", (("征收", 0.5),))
    with pytest.raises(CurationRefused, match="它自己"):
        Entry(term="拆迁", expansions=(Expansion(term="拆遷"),)).checked()


async def test_an_entry_changes_what_is_found_at_every_replica_and_can_be_tried_before(office: Office) -> None:
    document = str(new_id())
    await office.index(document_event(1, document, title="螺蛳养殖技术规程", body="养殖螺蛳须备案。"))
    entry = {"term": "田中小宝", "expansions": [{"term": "螺蛳", "weight": 0.9}]}
    status, trial, _ = await office.ask("POST", f"{WORDS}/trial", {**entry, "q": ""})
    assert (status, trial["q"]) == (200, "田中小宝")
    assert [item["id"] for item in trial["before"]] == []
    assert [item["id"] for item in trial["after"]] == [document]
    assert (await office.search("田中小宝"))["total"] == 0
    path, tag = await made(office, WORDS, entry)

    async def found(at: Office, wanted: list[str]) -> bool:
        return [item["id"] for item in (await at.search("田中小宝"))["items"]] == wanted

    async with another_replica(office) as other:
        await until(lambda: found(other, [document]), 10)
        assert await found(office, [document])
        await office.ask("DELETE", path, headers={"If-Match": tag})
        await until(lambda: found(other, []), 10)
    refused, problem, _ = await office.ask("POST", f"{WORDS}/trial", {"term": "", "expansions": []})
    assert (refused, problem["field"]) == (422, "term")


async def test_a_shipped_entry_can_be_looked_up_and_switched_off(office: Office) -> None:
    _, answer, _ = await office.ask("GET", f"{WORDS}/shipped", q="低保")
    assert answer["items"][0]["term"] == "低保"
    elsewhere = HeldCuration(office.engine, nobody_looks)
    path, tag = await made(office, WORDS, {"term": "低保", "expansions": []})
    await elsewhere.reload()
    assert elsewhere.current.vocabulary.expansions("低保") == ()
    await office.ask("DELETE", path, headers={"If-Match": tag})
    await elsewhere.reload()
    assert elsewhere.current.vocabulary.expansions("低保") != ()
    assert (await office.ask("GET", f"{WORDS}/shipped", q=""))[1]["items"] == []
