"""Keeping the percolator index equal to the subscriptions of PostgreSQL.

Whoever changes the index holds one advisory lock, so that a question confirmed while a new index is filled
cannot be written to the old one and lost. A crash anywhere leaves the alias where it was.

The lock belongs to a connection and not to a transaction: filling an index may take minutes, and the database ends
a transaction that waits so long. So a subscription is marked as held only when the index in use holds its question;
a crash before that means that it is written once more.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.alerts.domain import State
from search.alerts.percolator import Percolator, stored_query
from search.alerts.store import INDEX_LOCK, TABLE, AnyRow
from search.alerts.tables import subscriptions
from search.curation.held import HeldVocabulary
from search.lists.listing import Listing
from search.vocabulary import Vocabulary

log = structlog.get_logger(__name__)

BATCH = 500
ASK_AGAIN_SECONDS = 0.5
ACTIVE = TABLE.state == State.ACTIVE


Marks = dict[UUID, str]  # what a subscription's row says once its question is held


class Page(NamedTuple):
    """Some subscriptions, and what words mean for them."""

    rows: Sequence[AnyRow]
    vocabulary: Vocabulary


class IndexKeeper:
    """Brings the percolator index up to the subscriptions."""

    def __init__(self, engine: AsyncEngine, percolator: Percolator) -> None:
        self._engine = engine
        self._percolator = percolator
        self._vocabulary = HeldVocabulary()
        self._turn = asyncio.Lock()

    async def catch_up(self) -> None:
        """Add what was confirmed since the last look; cheap when that is nothing (ix_alert_unindexed)."""
        unindexed = select(1).where(ACTIVE, TABLE.indexed_as.is_(None))
        async with self._engine.connect() as connection:
            behind = await connection.scalar(select(unindexed.exists()))
        if behind:
            await self._renew()

    async def keep(self) -> None:
        """Rebuild what is missing or out of shape, add what is new or would be asked otherwise, drop what ended."""
        await self._renew(thorough=True)

    async def _renew(self, thorough: bool = False) -> None:
        async with self._alone() as held:
            physical = await self._percolator.current()
            if physical is None:
                await self._rebuild(held)
                return
            async for marks in self._added(physical, only_new=not thorough):
                await self._mark(marks)
            if thorough:
                await self._drop_ended(physical)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        """With the lock, on a connection that is in no transaction and is closed at the end, and the lock with it.

        Only one of a process waits for it there: connections are few, and who has the lock needs another.
        """
        async with self._turn, self._engine.connect() as connection:
            held = await connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                # Asked to wait, the database would outlast the patience of a single command.
                while not await held.scalar(select(func.pg_try_advisory_lock(INDEX_LOCK))):  # noqa: ASYNC110
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
                yield held
            finally:
                await held.invalidate()

    async def _rebuild(self, held: AsyncConnection) -> None:
        """Fill a new index and put it to use; only then are the subscriptions marked as held by it."""
        physical = await self._percolator.create()
        filled = [marks async for marks in self._added(physical, only_new=False)]
        await held.execute(text("SELECT 1"))  # without the lock another may have filled and begun to use a newer one
        await self._percolator.use(physical)
        for marks in filled:
            await self._mark(marks)
        log.info("alerts.percolator_rebuilt", index=physical, questions=sum(len(marks) for marks in filled))

    async def _added(self, physical: str, *, only_new: bool) -> AsyncGenerator[Marks, None]:
        """Write what the index does not hold, a page at a time; the marks of what was written."""
        after = UUID(int=0)
        while (page := await self._page(after, only_new)).rows:
            after = page.rows[-1].id
            listings = {row.id: Listing.kept(row.params) for row in page.rows}
            asked = ((identity, stored_query(listing, page.vocabulary)) for identity, listing in listings.items())
            marks = {identity: self._percolator.mark(physical, query) for identity, query in asked}
            stale = {row.id: marks[row.id] for row in page.rows if row.indexed_as != marks[row.id]}
            anew = ((identity, stored_query(listings[identity], page.vocabulary)) for identity in stale)
            await self._percolator.add(physical, anew)
            yield stale

    async def _page(self, after: UUID, only_new: bool) -> Page:
        async with self._engine.connect() as connection:
            return Page(await _page(connection, after, only_new), await self._vocabulary.read(connection))

    async def _mark(self, marks: Marks) -> None:
        async with self._engine.begin() as connection:
            for identity, mark in marks.items():
                await connection.execute(update(subscriptions).where(TABLE.id == identity).values(indexed_as=mark))

    async def _drop_ended(self, physical: str) -> None:
        held = await self._percolator.held(physical)
        async with self._engine.connect() as connection:
            live = set((await connection.execute(select(TABLE.id).where(ACTIVE))).scalars())
        if held - live:
            await self._percolator.remove(physical, held - live)


async def _page(connection: AsyncConnection, after: UUID, only_new: bool) -> Sequence[AnyRow]:
    query = select(TABLE.id, TABLE.params, TABLE.indexed_as).where(ACTIVE, TABLE.id > after)
    if only_new:
        query = query.where(TABLE.indexed_as.is_(None))
    return (await connection.execute(query.order_by(TABLE.id).limit(BATCH))).all()
