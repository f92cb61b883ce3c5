"""The index on a real OpenSearch: any order of events, any words."""

import asyncio
import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opensearchpy import AsyncOpenSearch

from search.batching import Batcher
from search.documents import item_document
from search.domain import Search, Sort, read_words
from search.engine import OpenSearchEngine
from search.handlers import understood
from search.index import Names, connect, ensure_index, write_items
from search.lexicon_source import HeldLexicon
from search.results import read_page
from search.vocabulary import shipped
from shared.consuming import DependencyAway
from shared.events import AttachmentState, DocumentStatus, Event, new_id
from tests.support.events import document_event


@pytest.fixture(scope="module")
async def names(client: AsyncOpenSearch, index_prefix: str) -> Names:
    made = Names(index_prefix.rstrip("-"))
    await asyncio.gather(*(ensure_index(client, made) for _ in range(3)))
    return made


@pytest.fixture(scope="module")
def engine(client: AsyncOpenSearch, names: Names) -> OpenSearchEngine:
    return OpenSearchEngine(client, names)


async def index(client: AsyncOpenSearch, names: Names, *events: Event) -> None:
    assert await write_items(client, names, [item_document(event) for event in events]) == [None] * len(events)


async def held(client: AsyncOpenSearch, names: Names, document: str) -> tuple[int, str]:
    found = await client.get(index=names.write, id=document)
    return found["_source"]["version"], found["_source"]["status"]


async def ids(engine: OpenSearchEngine, query: str, **fields: object) -> list[str]:
    await engine.refresh()
    response = await engine.search(Search(read_words(query), **fields))  # type: ignore[arg-type]
    return [item["id"] for item in read_page(response).items]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), versions=st.integers(1, 6), withdrawn=st.booleans())
async def test_any_order_and_repetition_of_events_leaves_the_highest_version(
    client: AsyncOpenSearch, names: Names, seed: int, versions: int, withdrawn: bool
) -> None:
    document, shuffle = str(new_id()), random.Random(seed)
    events = [document_event(number, document) for number in range(1, versions + 1)]
    if withdrawn:
        events.append(document_event(versions + 1, document, status=DocumentStatus.WITHDRAWN))
    deliveries = events + shuffle.choices(events, k=len(events))
    shuffle.shuffle(deliveries)
    half = len(deliveries) // 2
    await index(client, names, *deliveries[:half] or deliveries)
    await index(client, names, *deliveries[half:])
    newest = events[-1]
    expected = "withdrawn" if withdrawn else "published"
    assert await held(client, names, document) == (newest.sequence, expected)


async def test_a_withdrawn_document_cannot_be_resurrected_by_a_late_publish(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    document = str(new_id())
    late = document_event(1, document, title="迟到的青铜印章公告")
    await index(client, names, document_event(2, document, status=DocumentStatus.WITHDRAWN, title="青铜印章公告"))
    await index(client, names, late)
    assert await held(client, names, document) == (2, "withdrawn")
    assert await ids(engine, "青铜印章公告") == []


async def test_a_tombstone_holds_nothing_of_the_text(client: AsyncOpenSearch, names: Names) -> None:
    document = str(new_id())
    await index(client, names, document_event(1, document, body="不该留下的正文"))
    withdrawn = document_event(2, document, status=DocumentStatus.WITHDRAWN, withdrawal_reason="内容有误")
    await index(client, names, withdrawn)
    found = await client.get(index=names.write, id=document)
    assert "body" not in found["_source"]
    assert found["_source"]["withdrawal_reason"] == "内容有误"


async def test_traditional_and_full_width_queries_find_simplified_text(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    event = document_event(title="营业执照注销登记办法ABC")
    await index(client, names, event)
    assert await ids(engine, "營業執照註銷登記") == [event.subject]
    assert await ids(engine, "注销登记办法ＡＢＣ") == [event.subject]


async def test_a_phrase_in_an_attachment_finds_the_document_and_names_the_file(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    text = "第三页写着：琥珀色的灯笼挂在老粮仓门口。"
    file = AttachmentState(
        id="a1", name="现场记录.pdf", media_type="application/pdf", size=3, sha256="0" * 64, text=text
    )
    event = document_event(attachments=(file,))
    await index(client, names, event)
    await engine.refresh()
    page = read_page(await engine.search(Search(read_words('"琥珀色的灯笼"'))))
    assert [item["id"] for item in page.items] == [event.subject]
    assert page.items[0]["attachment"]["name"] == "现场记录.pdf"
    assert "<em>" in page.items[0]["highlights"]["attachment"][0]


async def test_a_document_number_finds_its_document_first_in_any_brackets(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    noise = [document_event(body=f"转发 莒审发 2018 {number} 号 相关文件 莒审发 2018") for number in range(5)]
    wanted = document_event(title="内部审计办法", document_number="莒审发〔2018〕7号")
    await index(client, names, *noise, wanted)
    assert (await ids(engine, "莒审发[2018]7号"))[0] == wanted.subject
    assert await ids(engine, "文号:莒审发（2018）7号") == [wanted.subject]


@pytest.mark.parametrize("phrase", ["珊瑚礁2018年度abc巡查", "2018年度", "礁2018", "巡查方案"])
async def test_a_phrase_may_pass_from_chinese_to_digits_and_letters(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine, phrase: str
) -> None:
    wanted = document_event(title="珊瑚礁2018年度abc巡查方案")
    near = document_event(title="珊瑚礁年度2018巡查abc的方案")
    await index(client, names, wanted, near)
    found = await ids(engine, f'"{phrase}" 标题:珊瑚礁', limit=50)
    assert wanted.subject in found
    assert near.subject not in found


async def test_highlights_escape_what_a_document_holds(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    event = document_event(title="<script>alert(1)</script>石榴花公告", body="<img src=x onerror=alert(1)>石榴花")
    await index(client, names, event)
    await engine.refresh()
    [item] = read_page(await engine.search(Search(read_words("石榴花")))).items
    shown = item["highlights"]["title"] + item["highlights"]["body"]
    assert all("<script" not in text and "<img" not in text for text in shown)
    assert any("<em>石榴花</em>" in text for text in shown)


async def test_without_words_the_newest_come_first(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    await index(client, names, document_event())
    await engine.refresh()
    items = read_page(await engine.search(Search(read_words(""), limit=50))).items
    times = [item["published_at"] for item in items]
    assert times == sorted(times, reverse=True)


async def test_exclusion_removes_and_facets_count(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    await index(
        client,
        names,
        document_event(title="梧桐路改造通知", kind="notice"),
        document_event(title="梧桐路改造新闻", kind="news"),
    )
    await engine.refresh()
    page = read_page(await engine.search(Search(read_words("梧桐路改造 -新闻"))))
    assert [item["kind"] for item in page.items] == ["notice"]
    page = read_page(await engine.search(Search(read_words("梧桐路改造"), kinds=("news",))))
    assert [item["kind"] for item in page.items] == ["news"]
    assert {facet["value"]: facet["count"] for facet in page.facets["kind"]} == {"news": 1, "notice": 1}
    assert page.facets["department"][0]["label"] == "审计局"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120))
async def test_no_words_make_the_engine_fail(engine: OpenSearchEngine, query: str) -> None:
    response = await engine.search(Search(read_words(query)))
    assert response["hits"]["total"]["value"] >= 0


async def test_one_refused_document_leaves_its_batch_alone(client: AsyncOpenSearch, names: Names) -> None:
    good, bad = document_event(), document_event()
    broken = {**item_document(bad), "published_at": "not a date"}
    outcomes = await write_items(client, names, [item_document(good), broken])
    assert outcomes[0] is None
    assert outcomes[1] is not None
    assert "published_at" in outcomes[1].reason
    assert await held(client, names, good.subject) == (1, "published")


async def test_an_engine_that_is_away_is_an_outage_not_a_refusal(names: Names) -> None:
    away = connect("http://127.0.0.1:1")
    with pytest.raises(DependencyAway):
        await write_items(away, names, [item_document(document_event())])
    await away.close()


async def test_the_batcher_answers_each_document_with_its_own_outcome(client: AsyncOpenSearch, names: Names) -> None:
    sizes: list[int] = []

    async def write(documents):  # type: ignore[no-untyped-def]
        sizes.append(len(documents))
        return await write_items(client, names, documents)

    batcher = Batcher(write, most=50)
    running = asyncio.create_task(batcher.run())
    documents = [item_document(document_event()) for _ in range(120)]
    documents[7] = {**documents[7], "published_at": "not a date"}
    outcomes = await asyncio.gather(*(batcher.submit(document) for document in documents))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [position for position, outcome in enumerate(outcomes) if outcome is not None] == [7]
    assert max(sizes) == 50
    assert len(sizes) < 10


async def test_the_digest_lists_tombstones_too(client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine) -> None:
    event = document_event(2, status=DocumentStatus.WITHDRAWN)
    await index(client, names, event)
    await engine.refresh()
    listed = {item["id"]: item for item in await engine.digest("", 1000)}
    assert listed[event.subject]["version"] == 2
    assert listed[event.subject]["status"] == "withdrawn"


async def test_the_oldest_can_come_first(client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine) -> None:
    old = document_event(title="紫藤花会旧闻", published_at=datetime(2001, 1, 1, tzinfo=UTC))
    new = document_event(title="紫藤花会新闻")
    await index(client, names, new, old)
    assert await ids(engine, "紫藤花会", sort=Sort.OLDEST) == [old.subject, new.subject]
    assert await ids(engine, "紫藤花会", sort=Sort.NEWEST) == [new.subject, old.subject]


async def test_an_index_that_is_not_there_yet_is_an_outage_not_a_refusal(client: AsyncOpenSearch, names: Names) -> None:
    with pytest.raises(DependencyAway):
        await write_items(client, Names(f"{names.prefix}-not-made"), [item_document(document_event())])


async def test_the_nation_s_rule_stands_before_a_place_s_unless_the_place_is_named(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    law = document_event(kind="regulation", title="鹦鹉饲养条例", body="第一条 饲养鹦鹉应当登记。")
    city = document_event(kind="regulation", title="临沂市鹦鹉饲养条例", body="第一条 饲养鹦鹉应当登记。")
    other = document_event(kind="regulation", title="河南省鹦鹉饲养条例", body="第一条 饲养鹦鹉应当登记。")
    await index(client, names, law, city, other)
    assert (await ids(engine, "饲养鹦鹉要登记吗"))[0] == law.subject
    named = await ids(engine, "临沂饲养鹦鹉要登记吗")
    assert [found for found in named if found in (law.subject, city.subject, other.subject)] == [
        *(city.subject, law.subject, other.subject)
    ]


async def test_the_passage_that_answers_comes_with_the_hit(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    body = "第一章 总则\n第一条 为了管理灯塔，制定本办法。\n第二章 开放\n第七条 灯塔每周三开放参观。"
    await index(client, names, document_event(title="灯塔管理办法", body=body))
    await engine.refresh()
    search = understood(Search(read_words("灯塔哪天开放参观")), shipped())
    [item] = read_page(await engine.search(search), search.question).items
    assert (item["passage"]["anchor"], item["passage"]["label"]) == ("a7", "第七条")
    assert item["passage"]["heading"] == "第二章 开放"
    assert "<em>开放参观</em>" in item["passage"]["text"]


async def test_a_withdrawn_document_leaves_the_lexicon(
    client: AsyncOpenSearch, names: Names, engine: OpenSearchEngine
) -> None:
    document = str(new_id())
    held = HeldLexicon(client, names)
    await index(client, names, document_event(1, document, title="琉璃瓦保护条例"))
    await engine.refresh()
    await held.follow()
    assert held.current.titles_of_sound("liuliwabaohutiaoli") == ("琉璃瓦保护条例",)
    await index(client, names, document_event(2, document, status=DocumentStatus.WITHDRAWN, title="琉璃瓦保护条例"))
    await engine.refresh()
    await held.follow()
    assert held.current.titles_of_sound("liuliwabaohutiaoli") == ()
