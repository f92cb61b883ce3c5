"""One look after another: compare, make sure, mend, and count what the next look finds right.

Events are on their way at any time, so a difference is believed only when it has been there at two looks, nothing
about it has changed between them, publishing has sent every event of the document, and the queue has been seen
empty since (or, in a long flood, younger publications have become searchable). A broken seal is believed at once.
"""

import time
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from search.comparing import Comparison, Difference, IndexDigests, Kind, compare, difference_kind
from search.index import index_behind, outages
from search.mending import States, in_groups, mend, uuids
from search.reconciling.sealwatch import Reading, SealWatch
from search.reconciling.store import RepairStore
from search.record import Held
from search.store import newest_searchable
from search.writing import IndexWriter

log = structlog.get_logger(__name__)

REPAIRS = Counter("sunlight_index_repairs", "Differences between index and record that were mended", ["kind"])
UNMENDED = Gauge("sunlight_index_differences", "Differences that are certain and not mended yet")
LOOK_SECONDS = 20.0
SETTLE_SECONDS = 10.0
FLOOD_MARGIN = timedelta(seconds=60)
BUSY = 50  # messages waiting or in hand: a flood, in which nearly every bucket differs by what is on its way
BUSY_LOOK_SECONDS = 60.0
LONGEST_WITHOUT_SEALS = 150.0
FLAGS_SECONDS = 150.0  # a safety net: every writer settles the chains it touches, and a changed flag breaks a seal

Waiting = Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Suspect:
    """A difference, since when it has been seen, and when after that the queue was first seen empty."""

    difference: Difference
    since: float
    emptied: float | None = None


class Reconciler:
    """Looks at the live index; only one process may do so at a time."""

    def __init__(
        self,
        database: AsyncEngine,
        writer: IndexWriter,
        record: States,
        waiting: Waiting,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._writer = writer
        self._record = record
        self._waiting = waiting
        self._clock = clock
        self._seals = SealWatch(writer.client, writer.names, database)
        self._suspects: dict[str, Suspect] = {}
        self._seals_read = float("-inf")
        self._flags_settled = float("-inf")
        self._looked = float("-inf")

    async def look(self) -> dict[str, Any]:
        """One look; its figures. In a flood looks are further apart: each costs more then, and believes less.

        Raises DependencyAway.
        """
        names = self._writer.names
        with outages():
            live = await index_behind(self._writer.client, names.write)
        if live is None or names.shape_of(live) != names.shape:
            return {"waiting_for": "rebuild"}
        started, waiting = self._clock(), await self._waiting()
        if waiting > BUSY and started - self._looked < BUSY_LOOK_SECONDS:
            return {"waiting_for": "flood"}
        self._looked = started
        figures = await self._look_at(live)
        figures["seconds"] = round(self._clock() - started, 3)
        async with self._database.begin() as connection:
            await RepairStore(connection).put_look(live, figures)
        return figures

    async def _look_at(self, live: str) -> dict[str, Any]:
        flags = await self._settled_flags()
        index = IndexDigests(self._writer.client, self._writer.names.write)
        await index.refresh()
        found = await compare(self._record, index)
        waiting = await self._waiting()
        certain = await self._certain(found, waiting == 0)
        readings = await self._read_seals(live, busy=waiting > 0)
        differing = {each.id for each in found.differences}
        broken = {held.id: held for reading in readings for held in reading.broken}
        broken |= await self._broken_again(differing | certain.keys() | broken.keys())
        certain |= await self._of_broken_seals(broken)
        await self._note(live, certain, readings)
        mended = await self._mend(certain, differing)
        counts = {"recorded": found.recorded, "indexed": found.indexed, "suspected": len(self._suspects)}
        return {**counts, "flags": flags, "mended": mended}

    async def _settled_flags(self) -> int:
        """How many flags of versions were wrong, if it was time to look at them all."""
        now = self._clock()
        if now - self._flags_settled < FLAGS_SECONDS:
            return 0
        flags = await self._writer.flagging.settle(self._writer.names.write)
        self._flags_settled = now
        return flags

    async def _certain(self, found: Comparison, queue_is_empty: bool) -> dict[str, Difference]:
        """What has been there long enough; the others are remembered for the next look."""
        now = self._clock()
        before, self._suspects = self._suspects, {}
        async with self._database.connect() as connection:
            searchable = await newest_searchable(connection)
        for each in found.differences:
            known = before.get(each.id)
            suspect = known if known and _same(known.difference, each) else Suspect(each, now)
            if queue_is_empty and suspect.emptied is None:
                suspect = replace(suspect, emptied=now)
            self._suspects[each.id] = suspect
        return {
            document: suspect.difference
            for document, suspect in self._suspects.items()
            if _is_certain(suspect, now, searchable)
        }

    async def _read_seals(self, live: str, busy: bool) -> list[Reading]:
        """What anybody has written to the index; under a flood, only now and then."""
        now = self._clock()
        if busy and now - self._seals_read < LONGEST_WITHOUT_SEALS:
            return []
        readings = await self._seals.read(live)
        self._seals_read = now
        return readings

    async def _broken_again(self, known: Set[str]) -> dict[str, Held]:
        """What was noted at an earlier look, seems right now, and yet does not fit its seal.

        A broken seal shows in no sum, and is not read again by itself: without this, what could not be mended
        would look as if it were.
        """
        async with self._database.connect() as connection:
            opened = await RepairStore(connection).opened()
        return {held.id: held for held in await self._seals.still_broken(sorted(opened.keys() - known))}

    async def _of_broken_seals(self, broken: dict[str, Held]) -> dict[str, Difference]:
        recorded: dict[str, Held] = {}
        for group in in_groups(broken):
            recorded |= {event.subject: _held(event) for event in await self._record.states(uuids(group))}
        return {
            document: Difference(
                document, difference_kind(recorded.get(document), held) or Kind.CONTENT, recorded.get(document), held
            )
            for document, held in broken.items()
        }

    async def _note(self, live: str, certain: dict[str, Difference], readings: Sequence[Reading]) -> None:
        """What is certain is noted before it is mended, with the positions below which it was found.

        In one transaction: a position that is kept alone would hide what was found below it for a day.
        """
        async with self._database.begin() as connection:
            store = RepairStore(connection)
            await store.open(list(certain.values()))
            for reading in readings:
                await store.put_position(live, reading.shard, reading.position, reading.anew)

    async def _mend(self, certain: dict[str, Difference], differing: set[str]) -> int:
        """Mend what is certain; close what was noted at an earlier look and differs no more.

        So what is counted was seen to be right again, and a crash at any point only delays the counting.
        """
        async with self._database.begin() as connection:
            store = RepairStore(connection)
            opened = await store.opened()
            done = [document for document in opened if document not in certain and document not in differing]
            kinds = await store.close(done)
        for kind, count in Tally(kinds).items():
            REPAIRS.labels(kind).inc(count)
        UNMENDED.set(len(opened) - len(kinds))
        refused = await mend(self._writer, self._record, self._writer.names.write, list(certain.values()))
        if refused:
            async with self._database.begin() as connection:
                await RepairStore(connection).refuse(refused)
        if kinds or certain:
            counts = {"mended": dict(Tally(kinds)), "mending": len(certain), "refused": len(refused)}
            log.warning("index.differed", **counts)
        return len(kinds)


def _same(one: Difference, other: Difference) -> bool:
    return (one.kind, _face(one.recorded), _face(one.indexed)) == (
        other.kind,
        _face(other.recorded),
        _face(other.indexed),
    )


def _face(held: Held | None) -> tuple[int, str, str] | None:
    return held.face if held else None


def _is_certain(suspect: Suspect, now: float, searchable: datetime | None) -> bool:
    if now - suspect.since < SETTLE_SECONDS:
        return False
    recorded = suspect.difference.recorded
    if recorded is None:
        return True
    overtaken = bool(searchable and recorded.changed_at and recorded.changed_at < searchable - FLOOD_MARGIN)
    delivered = suspect.emptied is not None and now - suspect.emptied >= SETTLE_SECONDS
    return recorded.relayed and (delivered or overtaken)


def _held(event: Any) -> Held:
    return Held(event.subject, event.sequence, event.data.status.value, event.data.content_hash)
