"""Rebuilt under a flood of publications and questions, its worker killed: nothing is lost, nothing fails."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from search.engine import OpenSearchEngine
from search.handlers import find
from search.rebuilding.aliases import Indices
from search.rebuilding.domain import Rebuild, Step
from search.rebuilding.work import begin_rebuild, begin_rollback
from tests.search.rebuilding.following import ended, latest, running
from tests.search.rebuilding.standing import Standing
from tests.support.waiting import until

ENOUGH = 120.0
KILLS = int(os.environ.get("SUNLIGHT_REBUILD_KILLS", "1"))
DOCUMENTS = int(os.environ.get("SUNLIGHT_REBUILD_DOCUMENTS", "300"))


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


@pytest.mark.timeout(280 * KILLS)
async def test_a_rebuild_under_a_flood_survives_sigkill_and_loses_nothing(stand: Standing) -> None:
    indices = Indices(stand.client, stand.names)
    known = await stand.publish(DOCUMENTS, "flooded")
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
