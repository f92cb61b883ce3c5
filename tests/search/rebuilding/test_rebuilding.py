"""A new index beside the live one, and back again, while everything goes on."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from search.documents import item_document
from search.index import Refusal
from search.mending import make_equal
from search.rebuilding.aliases import Indices
from search.rebuilding.automatic import Automatic
from search.rebuilding.domain import NoPrevious, NothingRunning, Rebuild, RebuildRunning, Step
from search.rebuilding.running import PREVIOUS_KEPT, Rebuilder
from search.rebuilding.store import rebuilds
from search.rebuilding.work import (
    begin_rebuild,
    begin_rollback,
    cancel,
    drop_previous,
    release,
    situation,
)
from search.writing import Document, IndexWriter
from shared.events import now
from tests.search.rebuilding.following import latest, running
from tests.search.rebuilding.standing import Standing


@pytest.fixture
def indices(stand: Standing) -> Indices:
    return Indices(stand.client, stand.names)


async def advance_to_the_end(stand: Standing) -> Rebuild:
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    while await rebuilder.advance():
        pass
    return await latest(stand)


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


async def test_the_old_index_is_let_go_days_after_the_swap(stand: Standing, indices: Indices) -> None:
    await stand.publish(20, "kept")
    await stand.fill()
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)
    await advance_to_the_end(stand)
    rebuilder = Rebuilder(stand.database, stand.writer, stand.record)
    await rebuilder.advance()
    assert await indices.behind(stand.names.previous)
    async with stand.database.begin() as connection:
        await connection.execute(update(rebuilds).values(finished_at=now() - PREVIOUS_KEPT))
    await rebuilder.advance()
    assert await indices.behind(stand.names.previous) is None


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


async def test_a_rebuild_cancelled_while_it_fills_leaves_no_writer_behind(stand: Standing, indices: Indices) -> None:
    await stand.publish(250, "cut")
    await begin_rebuild(stand.database, indices, "test", hold=False, ungated=False)

    class Cancelled(IndexWriter):
        cancelled = False

        async def fill(self, alias: str, documents: Sequence[Document]) -> list[Refusal | None]:
            if not self.cancelled:
                self.cancelled = True
                await cancel(stand.database)
            return await super().fill(alias, documents)

    rebuilder = Rebuilder(stand.database, Cancelled(stand.client, stand.names), stand.record)
    assert await rebuilder.advance()
    assert await rebuilder.advance()
    assert not [task for task in asyncio.all_tasks() if "Batcher" in repr(task)]
    assert not await rebuilder.advance()


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
