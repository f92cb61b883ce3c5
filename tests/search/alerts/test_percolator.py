"""The percolator index is derived, and comes back by itself."""

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

import pytest
from sqlalchemy import text, update

from search.alerts import percolator as percolation
from search.alerts.keeping import IndexKeeper
from search.alerts.percolator import Percolator, percolator_shape, stored_query
from search.alerts.tables import subscriptions
from search.curation import store as office
from search.curation.rules import Entry, Expansion
from search.index import shape
from search.lists.listing import Listing, read_listing
from search.marking import Query
from search.vocabulary import shipped
from shared.consuming import DependencyAway
from tests.search.alerts.stage import Stage
from tests.support.events import document_event


def test_the_percolator_knows_every_field_of_the_items_and_their_analysis() -> None:
    derived = percolator_shape()
    assert shape()["mappings"]["properties"].items() <= derived["mappings"]["properties"].items()
    assert derived["settings"]["analysis"] == shape()["settings"]["analysis"]
    assert "query" not in shape()["mappings"]["properties"]


def test_a_question_is_kept_and_told_with_every_condition() -> None:
    pairs = [("q", "审计"), ("has_attachment", "true"), ("from", "2026-01-01"), ("exact", "true")]
    listing = read_listing([*pairs, ("to", ""), ("sort", "newest")])
    assert Listing.kept(listing.params()).params() == listing.params()
    assert listing.pairs() == pairs
    assert listing.described() == "“审计”，发布日期：2026-01-01 至 今后，有附件，按原词"


def test_a_stored_query_holds_nothing_for_showing() -> None:
    assert "inner_hits" not in str(stored_query(read_listing([("q", '审计 "公告"')]), shipped()))


async def test_a_new_question_is_asked_of_the_very_next_document(stage: Stage) -> None:
    for word in ("甲骨", "竹简"):
        subscription = await stage.subscribed(f"{word}@example.cn".encode("punycode").decode(), q=word)
        event = document_event(title=f"{word}公告")
        await stage.publish(event)
        assert await stage.told(subscription) == [event.subject]


async def test_a_lost_index_is_filled_again_from_the_database(stage: Stage) -> None:
    subscription = await stage.subscribed("a@example.cn", q="帛书")
    await stage.keeper.keep()
    await stage.client.indices.delete(index=f"{stage.names.prefix}-alerts-*")
    await stage.keeper.keep()
    event = document_event(title="帛书公告")
    await stage.publish(event)
    assert await stage.told(subscription) == [event.subject]


async def test_a_new_shape_of_the_items_makes_a_new_index_and_no_gap(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await stage.subscribed("a@example.cn", q="石经")
    await stage.keeper.keep()
    before = await stage.percolator.current()

    def changed(original: Callable[[], dict[str, object]] = percolator_shape) -> dict[str, object]:
        made = original()
        made["mappings"]["properties"]["later"] = {"type": "keyword"}  # type: ignore[index]
        return made

    monkeypatch.setattr(percolation, "percolator_shape", changed)
    stage.percolator = Percolator(stage.client, stage.names)
    stage.keeper = type(stage.keeper)(stage.engine, stage.percolator)
    assert await stage.percolator.current() is None
    await asyncio.gather(*(stage.keeper.keep() for _ in range(3)))
    after = await stage.percolator.current()
    assert after not in (None, before)
    assert list(await stage.client.indices.get(index=f"{stage.names.prefix}-alerts-*")) == [after]
    event = document_event(title="石经公告")
    await stage.publish(event)
    assert await stage.told(subscription) == [event.subject]


class Watched(Percolator):
    """While the engine works, looks which sessions of the database wait in a transaction, and may fail at the end."""

    def __init__(self, stage: Stage, fails: bool = False) -> None:
        super().__init__(stage.client, stage.names)
        self._engine = stage.engine
        self._fails = fails
        self.steps = 0
        self.in_transaction = 0

    async def _look(self) -> None:
        self.steps += 1
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        async with self._engine.connect() as connection:
            self.in_transaction += int(await connection.scalar(waiting) or 0)

    async def create(self) -> str:
        await self._look()
        return await super().create()

    async def add(self, physical: str, questions: Iterable[tuple[UUID, Query]]) -> None:
        await self._look()
        await super().add(physical, questions)

    async def use(self, physical: str) -> None:
        await self._look()
        if self._fails:
            raise DependencyAway("OpenSearch")
        await super().use(physical)


async def test_no_transaction_is_open_while_the_engine_works(stage: Stage) -> None:
    await stage.subscribed("a@example.cn", q="木牍")
    await stage.client.indices.delete(index=f"{stage.names.prefix}-alerts-*")
    watched = Watched(stage)
    keeper = IndexKeeper(stage.engine, watched)
    await keeper.keep()
    await stage.subscribed("b@example.cn", q="简牍")
    await keeper.catch_up()
    assert (watched.steps, watched.in_transaction) == (4, 0)


async def test_who_confirmed_before_a_rebuild_that_failed_is_told_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await stage.subscribed("a@example.cn", q="封泥")
    monkeypatch.setattr(Watched, "current", nothing_of_today)
    with pytest.raises(DependencyAway):
        await IndexKeeper(stage.engine, Watched(stage, fails=True)).keep()
    event = document_event(title="封泥公告")
    await stage.publish(event)
    assert await stage.told(subscription) == [event.subject]


async def nothing_of_today(_: Percolator) -> str | None:
    return None


async def test_many_who_notice_a_new_question_at_once_do_not_wait_for_one_another_s_connections(stage: Stage) -> None:
    subscription = await stage.subscribed("a@example.cn", q="墓志")
    async with asyncio.timeout(20):
        await asyncio.gather(*(stage.keeper.keep() for _ in range(40)))
    physical = await stage.percolator.current()
    assert physical is not None
    assert await stage.percolator.held(physical) == {subscription}


async def test_a_question_that_would_be_asked_otherwise_today_is_written_anew(stage: Stage) -> None:
    subscription = await stage.subscribed("a@example.cn", q="铜镜")
    await stage.keeper.keep()
    async with stage.engine.begin() as connection:
        await connection.execute(update(subscriptions).values(params={"q": "漆器"}))
    await stage.keeper.keep()
    event = document_event(title="漆器公告")
    await stage.publish(document_event(title="铜镜公告"), event)
    assert await stage.told(subscription) == [event.subject]


async def test_what_editors_say_a_word_means_counts_for_alerts_once_their_questions_are_kept_anew(
    stage: Stage,
) -> None:
    subscription = await stage.subscribed("a@example.cn", q="田中小宝")
    meant = Entry(term="田中小宝", expansions=(Expansion(term="螺蛳", weight=0.9),))
    events = [document_event(title=f"螺蛳养殖{number}") for number in range(3)]
    await stage.publish(events[0])
    async with stage.engine.begin() as connection:
        entry = await office.create(connection, office.VOCABULARY, meant, "editor")
    await stage.keeper.keep()
    await stage.publish(events[1])
    async with stage.engine.begin() as connection:
        await office.remove(connection, office.VOCABULARY, entry, "editor", 1)
    await stage.keeper.keep()
    await stage.publish(events[2])
    assert await stage.told(subscription) == [events[1].subject]


async def test_a_second_worker_finds_nothing_to_write_anew(stage: Stage) -> None:
    subscription = await stage.subscribed("a@example.cn", q="酒后 开车 低保")
    await stage.keeper.keep()
    await IndexKeeper(stage.engine, stage.percolator).keep()
    held = await stage.client.get(index=stage.percolator.alias, id=str(subscription))
    assert held["_version"] == 1


async def test_a_stopped_question_leaves_the_index(stage: Stage) -> None:
    subscription = await stage.subscribed("a@example.cn", q="瓦当")
    await stage.keeper.keep()
    physical = await stage.percolator.current()
    assert physical is not None
    assert await stage.percolator.held(physical) == {subscription}
    async with stage.engine.begin() as connection:
        await connection.execute(subscriptions.delete())
    await stage.keeper.keep()
    assert await stage.percolator.held(physical) == set()
    assert await stage.percolator.matches({"title": "瓦当公告", "title_words": "瓦当 公告"}) == []


async def test_a_thousand_questions_all_match(stage: Stage) -> None:
    async with stage.engine.begin() as connection:
        from_one = await stage.subscribed("a@example.cn", q="灯会")
        row = (await connection.execute(subscriptions.select())).one()
        copies = [{**row._mapping, "id": f"0193b1f0-7a00-7000-8000-{n:012d}", "question": str(n)} for n in range(1200)]
        await connection.execute(subscriptions.insert(), copies)
    await stage.keeper.keep()
    physical = await stage.percolator.current()
    assert physical is not None
    assert len(await stage.percolator.held(physical)) == 1201
    assert len(await stage.percolator.matches({"title": "灯会公告", "title_words": "灯会 公告"})) == 1201
    assert from_one in await stage.percolator.matches({"title": "灯会公告", "title_words": "灯会 公告"})
    by_page = Percolator(stage.client, stage.names, page=500)  # as if they were more than an engine answers at once
    assert len(set(await by_page.matches({"title": "灯会公告", "title_words": "灯会 公告"}))) == 1201
