"""The search API over HTTP on a real index."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from search.columns import ColumnTree, Place
from search.documents import item_document
from search.index import write_items
from search.versions import Versions
from shared.database import create_engine
from shared.events import AttachmentState, ColumnState, DocumentStatus, Event, Validity, new_id
from shared.roles import Role
from tests.search.running import Service, know_columns
from tests.support.events import document_event
from tests.support.waiting import until

FILE = AttachmentState(id="f1", name="表.pdf", media_type="application/pdf", size=3, sha256="0" * 64, text="附表")


def column(code: str, parent: str | None, name: str = "") -> Event:
    state = ColumnState(code=code, name=name or code, kind="section", department="audit", parent=parent)
    return Event("column.changed", code, 1, state)


async def test_filters_narrow_and_every_facet_ignores_its_own(service: Service) -> None:
    made = {
        "a": document_event(title="丹霞山巡查甲", kind="news", issued_on=date(2018, 5, 1), attachments=(FILE,)),
        "b": document_event(title="丹霞山巡查乙", kind="notice", issued_on=date(2019, 5, 1), department="finance"),
        "c": document_event(
            title="丹霞山巡查丙", kind="notice", issued_on=date(2019, 6, 1), validity=Validity.REPEALED
        ),
    }
    await service.index(*made.values())
    names = {event.subject: name for name, event in made.items()}

    async def found(**params: Any) -> str:
        return "".join(sorted(names[one] for one in await service.ids(q="丹霞山巡查", **params)))

    assert await found() == "abc"
    assert await found(kind="notice") == "bc"
    assert await found(kind=["notice", "news"], year=[2018, 2019]) == "abc"
    assert await found(department="finance") == "b"
    assert await found(year=2018) == "a"
    assert await found(validity="repealed") == "c"
    assert await found(has_attachment="true") == "a"
    assert await found(has_attachment="false") == "bc"
    assert await found(from_="2019-05-01", to="2019-05-01", dates="issued") == "b"
    assert await found(to="2018-12-31", dates="issued", facets="false") == "a"
    body = await service.search(q="丹霞山巡查", kind="news", has_attachment="true")
    counts = {name: {value["value"]: value["count"] for value in facet} for name, facet in body["facets"].items()}
    assert counts["kind"] == {"news": 1}
    assert counts["has_attachment"] == {"true": 1}
    assert (await service.search(q="丹霞山巡查", kind="news"))["facets"]["kind"][0]["count"] == 2
    assert (await service.search(q="丹霞山巡查", facets="false"))["facets"] == {}
    labels = {value["label"] for value in (await service.search(q="丹霞山巡查"))["facets"]["validity"]}
    assert labels == {"有效", "已废止"}


async def test_published_days_are_days_in_china(service: Service) -> None:
    late = document_event(title="霁月湖公告", published_at=datetime(2018, 4, 30, 16, 30, tzinfo=UTC))
    await service.index(late)
    assert await service.ids(q="霁月湖", from_="2018-05-01", to="2018-05-01") == [late.subject]
    assert await service.ids(q="霁月湖", to="2018-04-30") == []


async def test_a_column_includes_those_below_it(service: Service, database_url: str) -> None:
    await know_columns(database_url, column("top", None, "顶栏"), column("mid", "top"), column("low", "mid"))
    low, other = (document_event(title=f"沉香木公告{code}", column=code) for code in ("low", "elsewhere"))
    await service.index(low, other)

    async def known() -> bool:
        return await service.ids(q="沉香木", column="top") == [low.subject]

    await until(known, 15)
    assert await service.ids(q="沉香木", column="elsewhere") == [other.subject]
    facet = {value["value"]: value for value in (await service.search(q="沉香木"))["facets"]["column"]}
    assert {code: value["count"] for code, value in facet.items()} == {"top": 1, "mid": 1, "low": 1, "elsewhere": 1}
    assert (facet["top"]["label"], facet["low"]["parent"]) == ("顶栏", "mid")


def test_columns_in_a_circle_do_not_hang() -> None:
    tree = ColumnTree({"a": Place("A", "b"), "b": Place("B", "a")})
    assert tree.with_all_below(["a"]) == ("a", "b")


async def test_typed_numbers_and_sorts(service: Service) -> None:
    one = document_event(title="孔雀石一", index_number="SD－2018/77", published_at=datetime(2001, 1, 1, tzinfo=UTC))
    two = document_event(title="孔雀石二")
    await service.index(one, two)
    assert await service.ids(q="索引号:sd-2018/77") == [one.subject]
    assert await service.ids(q="孔雀石", sort="oldest") == [one.subject, two.subject]
    assert await service.ids(q="孔雀石", sort="newest") == [two.subject, one.subject]


@pytest.mark.parametrize(
    ("params", "field"),
    [({"colour": "red"}, "colour"), ({"kind": "poem"}, "kind"), ({"limit": "51"}, "limit"), ({"q": "审" * 201}, "q")],
)
async def test_what_cannot_be_asked_is_refused_by_name(service: Service, params: dict[str, Any], field: str) -> None:
    answer = await service.get("/api/search", **params)
    assert (answer.status, answer.body["field"]) == (422, field)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("length", [200, 199])
@pytest.mark.parametrize("step", [1, 7, 41])
async def test_the_longest_question_is_answered(service: Service, length: int, step: int) -> None:
    letters = "".join(chr(0x4E00 + number * step) for number in range(length))
    assert (await service.search(q=letters))["partial"] is False
    assert (await service.search(q=" ".join(letters[::2])[:200]))["partial"] is False
    assert (await service.search(q=" ".join(f'"{letter}"' for letter in letters[:50])))["partial"] is False


async def test_versions_fold_under_the_newest_and_are_demoted(service: Service, database_url: str) -> None:
    engine = create_engine(database_url)
    title = "冷杉林保护条例"
    old, mid, new = (
        document_event(title=title, kind="regulation", issued_on=date(year, 1, 1)) for year in (2010, 2015, 2020)
    )
    await service.index(old, mid, new)

    async def write(documents: Any) -> Any:
        return await write_items(service.client, service.names, documents)

    versions = Versions(service.client, engine)
    await versions.write(write, service.names.write, [item_document(event) for event in (old, mid, new)])
    await engine.dispose()
    await service.refresh()
    body = await service.search(q=title)
    assert [item["id"] for item in body["items"]] == [new.subject]
    assert body["total"] == 3
    shown = body["items"][0]["versions"]
    assert [(one["id"], one["issued_on"], one["validity"]) for one in shown] == [
        (mid.subject, "2015-01-01", "amended"),
        (old.subject, "2010-01-01", "amended"),
    ]
    alone = (await service.search(q=title, year=2010))["items"]
    assert [item["superseded_by"] for item in alone] == [
        {"id": new.subject, "title": title, "url": f"/items/{new.subject}"}
    ]
    assert alone[0]["validity"] == "amended"
    pages = await service.pages(q=title, limit=1)
    assert pages[0] == [new.subject]
    assert sorted(pages[1:]) == sorted([[mid.subject], [old.subject]])
    item = (await service.get(f"/api/items/{new.subject}")).body
    assert [one["id"] for one in item["versions"]] == [mid.subject, old.subject]
    assert (await service.get(f"/api/items/{old.subject}")).body["superseded_by"]["id"] == new.subject
    related = (await service.get(f"/api/items/{new.subject}/related")).body["items"]
    assert not {one["id"] for one in related} & {old.subject, mid.subject, new.subject}


async def test_related_items_are_others_of_the_same_kind_first(service: Service) -> None:
    one = document_event(title="绿松石矿山生态修复通知", kind="notice")
    same = document_event(title="绿松石矿山整治", kind="notice")
    other = document_event(title="绿松石矿山生态修复新闻", kind="news")
    gone = document_event(2, title="绿松石矿山生态修复旧闻", status=DocumentStatus.WITHDRAWN)
    await service.index(one, same, other, gone)
    related = (await service.get(f"/api/items/{one.subject}/related")).body["items"]
    assert [item["id"] for item in related][:2] == [same.subject, other.subject]
    assert gone.subject not in {item["id"] for item in related}
    assert (await service.get(f"/api/items/{gone.subject}/related")).status == 404


async def test_an_item_says_its_number_as_printed_and_where_its_passages_begin(service: Service) -> None:
    body = "第一条 为了保护玉髓，制定本办法。\n第二条 本办法自公布之日起施行。"
    event = document_event(title="玉髓保护办法", document_number="莒政发〔2018〕3号", body=body)
    await service.index(event)
    item = (await service.get(f"/api/items/{event.subject}")).body
    assert item["display_number"] == "莒政发〔2018〕3号"
    assert [(one["anchor"], one["label"]) for one in item["passages"]] == [("a1", "第一条"), ("a2", "第二条")]
    assert body[item["passages"][1]["start"] :].startswith("第二条")
    assert "event_id" not in item


async def test_nothing_found_shows_a_way_on(service: Service) -> None:
    await service.index(document_event(title="雨花石采集通知", kind="notice"))
    body = await service.search(q='"雨花石" "不存在的词语"')
    assert body["total"] == 0
    assert body["help"]["queries"] == [{"q": '"雨花石"', "total": 1}]
    assert body["help"]["request_url"] == "/requests/new"
    words = await service.search(q='雨花石 "不存在的词语"')
    assert words["help"]["queries"] == [{"q": "雨花石", "total": 1}]
    filtered = await service.search(q='"雨花石"', kind="news")
    assert filtered["help"]["without_filters"] == 1
    assert "help" not in await service.search(q='"雨花石"')


async def test_why_is_for_staff_only(service: Service) -> None:
    await service.index(document_event(title="黑曜石鉴定办法", body="黑曜石"))
    assert (await service.get("/api/search", q="黑曜石", explain="true")).status == 401
    assert (await service.get("/api/search", Role.DEPARTMENT_SYSTEM, q="黑曜石", explain="true")).status == 403
    answer = await service.get("/api/search", Role.AUTHOR, q="黑曜石", explain="true")
    assert "no-store" in answer.headers["Cache-Control"]
    reason = answer.body["items"][0]["why"]
    assert reason["score"] > 0
    assert {"标题", "正文"} <= {part["field"] for part in reason["matched"]}
    assert "why" not in (await service.search(q="黑曜石"))["items"][0]


async def test_an_unchanged_answer_is_not_sent_again(service: Service) -> None:
    await service.index(document_event(title="月光石公告"))
    first = await service.get("/api/search", q="月光石")
    again = await service.get("/api/search", headers={"If-None-Match": first.headers["ETag"]}, q="月光石")
    assert again.status == 304
    await service.index(document_event(title="月光石公告又一"))
    assert (
        await service.get("/api/search", headers={"If-None-Match": first.headers["ETag"]}, q="月光石")
    ).status == 200


async def test_what_is_withdrawn_appears_nowhere(service: Service) -> None:
    event = document_event(1, str(new_id()), title="机密的猫眼石方案", column="cat")
    await service.index(event)
    assert await service.ids(q="猫眼石") == [event.subject]
    await service.index(document_event(2, event.subject, title="机密的猫眼石方案", status=DocumentStatus.WITHDRAWN))
    body = await service.search(q="猫眼石")
    assert (body["total"], body["items"]) == (0, [])
    assert "cat" not in {value["value"] for value in (await service.search())["facets"]["column"]}
    assert (await service.get(f"/api/items/{event.subject}")).status == 404
