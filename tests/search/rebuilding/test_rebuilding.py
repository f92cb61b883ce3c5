"""A new index beside the live one, and back again, while everything goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from search.documents import item_document
from search.engine import OpenSearchEngine
from search.handlers import find
from search.mending import make_equal
from search.rebuilding.aliases import Indices
from search.rebuilding.automatic import Automatic
from search.rebuilding.domain import NoPrevious, NothingRunning, Rebuild, RebuildRunning, Step
from search.rebuilding.running import Rebuilder
from search.rebuilding.store import RebuildStore, rebuilds
from search.rebuilding.work import (
    begin_rebuild,
    begin_rollback,
    cancel,
    drop_previous,
    release,
    situation,
)
from tests.search.rebuilding.standing import Standing
from tests.support.waiting import until

ENOUGH = 120.0
KILLS = 2


@pytest.fixture
def indices(stand: Standing) -> Indices:
    return Indices(stand.client, stand.names)


async def running(stand: Standing) -> Rebuild | None:
    async with stand.database.connect() as connection:
        return await RebuildStore(connection).running()


async def latest(stand: Standing) -> Rebuild:
    async with stand.database.connect() as connection:
        return (await RebuildStore(connection).latest())[0]


async def advance_to_the_end(stand: Standing) -> Rebuild:
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    while await rebuilder.advance():
        pass
    return await latest(stand)


@dataclass
class Reader:
    """Asks for documents it has seen, again and again; whatever fails or is not there any more is remembered."""

    stand: Standing
    known: list[str]
    asked: int = 0
    failures: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["Reader"]:
        task = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _read(self) -> None:
        engine = OpenSearchEngine(self.stand.client, self.stand.names)
        while True:
            document = self.stand.dice.choice(self.known)
            try:
                item = await engine.item(document)
                page = await find(engine, "供水 财政", limit=5)
                if item["id"] != document or not page.items:
                    self.failures.append(f"{document}: {page.total}")
            except Exception as error:
                self.failures.append(repr(error))
            self.asked += 1


async def test_a_rebuild_ends_equal_live_and_with_the_old_index_kept(stand: Standing, indices: Indices) -> None:
    ids = await stand.publish(250, "plain")
    await stand.withdraw("plain-3", 2)
    await stand.fill()
    old = await indices.behind(stand.names.write)
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    done = await advance_to_the_end(stand)
    assert done.step is Step.DONE, done.error
    assert (done.written, done.expected) == (250, 250)
    assert await indices.behind(stand.names.write) == await indices.behind(stand.names.read) == done.index != old
    assert await indices.behind(stand.names.previous) == old
    assert await indices.behind(stand.names.next) is None
    assert await indices.behind(stand.names.candidate) is None
    assert not (await stand.differences()).differences
    tombstone = (await stand.client.get(index=stand.names.write, id=ids[3]))["_source"]
    assert (tombstone["status"], tombstone["version"]) == ("withdrawn", 2)
    settings = (await stand.client.indices.get_settings(index=done.index))[done.index]["settings"]["index"]
    assert (settings["refresh_interval"], settings["translog"]["durability"]) == ("1s", "request")


async def test_only_one_rebuild_runs_and_it_can_be_cancelled(stand: Standing, indices: Indices) -> None:
    await stand.fill()
    live = await indices.behind(stand.names.write)
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    with pytest.raises(RebuildRunning):
        await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    assert await rebuilder.advance()
    assert await indices.behind(stand.names.next) is not None
    await cancel(stand.database)
    assert not await rebuilder.advance()
    assert await indices.behind(stand.names.next) is None
    assert await indices.behind(stand.names.write) == live
    with pytest.raises(NothingRunning):
        await cancel(stand.database)


async def test_a_held_rebuild_goes_live_when_it_is_released(stand: Standing, indices: Indices) -> None:
    await stand.publish(3, "held")
    await stand.fill()
    live = await indices.behind(stand.names.write)
    await begin_rebuild(stand.database, indices, "test", hold=True, ungated=False)
    assert (await advance_to_the_end(stand)).step is Step.HOLD
    assert await indices.behind(stand.names.write) == live
    await stand.publish(2, "held-late")
    await make_equal(stand.writer, stand.record, stand.names.write)  # their events reach the live index alone
    await release(stand.database)
    assert (await advance_to_the_end(stand)).step is Step.DONE
    assert (await stand.differences()).differences == []


async def test_what_is_written_during_a_rebuild_reaches_every_index(stand: Standing, indices: Indices) -> None:
    await stand.fill()
    await begin_rebuild(stand.database, indices, "test", hold=True, ungated=False)
    await advance_to_the_end(stand)
    names = stand.names
    [document] = await stand.publish(1, "everywhere")
    [event] = await stand.record.states([document])
    await stand.writer.write([item_document(event)])
    wanted = [names.write, names.next] + ([names.previous] if await indices.behind(names.previous) else [])
    for alias in wanted:
        assert (await stand.client.get(index=alias, id=document))["found"]
    await cancel(stand.database)
    await advance_to_the_end(stand)


async def test_a_document_damaged_beside_is_mended_before_the_swap(stand: Standing, indices: Indices) -> None:
    ids = await stand.publish(4, "beside")
    await stand.fill()
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    await rebuilder.advance()
    await rebuilder.advance()
    await stand.client.delete(index=stand.names.next, id=ids[0])
    done = await advance_to_the_end(stand)
    assert done.step is Step.DONE
    assert done.figures["catch_up"]["rewritten"] == 1
    assert (await stand.differences()).differences == []


async def test_a_rollback_brings_the_old_index_up_to_date_first(stand: Standing, indices: Indices) -> None:
    names = stand.names
    await stand.publish(2, "rollback")
    await stand.fill()
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    new = (await advance_to_the_end(stand)).index
    old = await indices.behind(names.previous)
    await stand.withdraw("rollback-0", 2)  # while nobody writes to the old index
    await make_equal(stand.writer, stand.record, names.write)
    await begin_rollback(stand.database, indices, "test")
    done = await advance_to_the_end(stand)
    assert done.step is Step.DONE
    assert await indices.behind(names.write) == old
    assert await indices.behind(names.previous) == new
    assert (await stand.differences()).differences == []
    await drop_previous(stand.database, indices)
    assert await indices.behind(names.previous) is None
    with pytest.raises(NoPrevious):
        await begin_rollback(stand.database, indices, "test")


async def test_a_gate_stops_an_index_that_answers_worse(stand: Standing, indices: Indices) -> None:
    await stand.fill()
    live = await indices.behind(stand.names.write)
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    while (found := await running(stand)) and found.step is not Step.JUDGE:
        await rebuilder.advance()
    everything: dict[str, Any] = {"query": {"match_all": {}}}
    await stand.client.delete_by_query(index=stand.names.next, body=everything, params={"refresh": "true"})
    assert await rebuilder.advance()
    done = await latest(stand)
    assert done.step is Step.FAILED
    assert "不再能找到" in done.error
    assert not await rebuilder.advance()
    assert await indices.behind(stand.names.write) == live
    assert await indices.behind(stand.names.next) is None


async def test_an_older_shape_is_noticed_and_a_small_index_rebuilds_itself(stand: Standing, indices: Indices) -> None:
    await stand.fill()
    live = await indices.behind(stand.names.write)
    older = f"{stand.names.read}-0123456789-0"
    assert live is not None
    await stand.client.indices.put_settings(index=live, body={"index": {"blocks.write": True}})
    await stand.client.indices.clone(index=live, target=older)
    await stand.client.indices.put_settings(index=older, body={"index": {"blocks.write": None}})
    await stand.client.indices.put_settings(index=live, body={"index": {"blocks.write": None}})
    await indices.swap(older)
    assert (await situation(stand.database, indices))["rebuild_needed"]
    assert not await Automatic(stand.database, indices, documents=1).begin()
    async with stand.database.begin() as connection:
        await connection.execute(rebuilds.delete())  # today's shape was never tried
    assert await Automatic(stand.database, indices, documents=100_000).begin()
    assert (await advance_to_the_end(stand)).step is Step.DONE
    assert not (await situation(stand.database, indices))["rebuild_needed"]
    assert not await Automatic(stand.database, indices, documents=100_000).begin()


@pytest.mark.timeout(280)
async def test_a_rebuild_under_a_flood_survives_sigkill_and_loses_nothing(stand: Standing, indices: Indices) -> None:
    known = await stand.publish(600, "flooded")
    await stand.fill()
    live = await indices.behind(stand.names.write)
    flood, reader = Flood(stand), Reader(stand, known)
    killed: list[Step] = []
    async with reader.reading(), flood.flowing():
        await until(lambda: flood.sent > 20, seconds=60)
        await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
        while (found := await running(stand)) and len(killed) < KILLS:
            killed.append(await killed_in_the_middle(stand, found))
            assert await indices.behind(stand.names.write) in (live, found.index)
        with stand.process():
            await until(lambda: ended(stand), seconds=ENOUGH)
            done = await latest(stand)
            assert done.step is Step.DONE, done.error
            flood.stop()
            await until(stand.are_equal, seconds=ENOUGH)
            await begin_rollback(stand.database, indices, "test")
            await until(lambda: ended(stand), seconds=ENOUGH)
            assert (await latest(stand)).step is Step.DONE
            await until(stand.are_equal, seconds=ENOUGH)
    assert await indices.behind(stand.names.write) == live
    assert await indices.behind(stand.names.previous) == done.index
    assert len(killed) == KILLS
    assert reader.failures == []
    assert reader.asked > 50


async def killed_in_the_middle(stand: Standing, before: Rebuild) -> Step:
    """Let a worker get a little further, and kill it; the step it was at."""

    async def got_further() -> bool:
        found = await running(stand)
        return found is None or (found.step, found.after) != (before.step, before.after)

    with stand.process():
        await until(got_further, seconds=ENOUGH)
        found = await running(stand)
    return found.step if found else Step.DONE


async def ended(stand: Standing) -> bool:
    return await running(stand) is None


class Flood:
    """New documents, revisions and withdrawals, until told to stop."""

    def __init__(self, stand: Standing) -> None:
        self._stand = stand
        self._stopping = False
        self.sent = 0

    def stop(self) -> None:
        self._stopping = True

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._flow())
        try:
            yield
        finally:
            self.stop()
            await task

    async def _flow(self) -> None:
        while not self._stopping:
            tag = f"flood{self.sent}"
            await self._stand.publish(4, tag)
            await self._stand.revise(f"{tag}-0", 2)
            await self._stand.withdraw(f"{tag}-1", 2)
            self.sent += 6
            await asyncio.sleep(0.1)
