"""Keeping the percolator index equal to the subscriptions of PostgreSQL.

Whoever changes the index holds one advisory lock, so that a question confirmed while a new index is filled
cannot be written to the old one and lost. A crash anywhere leaves the alias where it was.
"""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.alerts.domain import State
from search.alerts.percolator import Percolator, stored_query
from search.alerts.store import INDEX_LOCK, TABLE, AnyRow
from search.alerts.tables import subscriptions
from search.curation.held import HeldVocabulary
from search.lists.listing import Listing

log = structlog.get_logger(__name__)

BATCH = 500
ACTIVE = TABLE.state == State.ACTIVE


class IndexKeeper:
    """Brings the percolator index up to the subscriptions."""

    def __init__(self, engine: AsyncEngine, percolator: Percolator) -> None:
        self._engine = engine
        self._percolator = percolator
        self._vocabulary = HeldVocabulary()

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
        async with self._engine.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(INDEX_LOCK)))
            physical = await self._percolator.current()
            if physical is None:
                await self._rebuild(connection)
                return
            await self._add(connection, physical, only_new=not thorough)
            if thorough:
                await self._drop_ended(connection, physical)

    async def _rebuild(self, connection: AsyncConnection) -> None:
        physical = await self._percolator.create()
        added = await self._add(connection, physical, only_new=False)
        await self._percolator.use(physical)
        log.info("alerts.percolator_rebuilt", index=physical, questions=added)

    async def _add(self, connection: AsyncConnection, physical: str, *, only_new: bool) -> int:
        vocabulary = await self._vocabulary.read(connection)
        added, after = 0, UUID(int=0)
        while rows := await _page(connection, after, only_new):
            after = rows[-1].id
            wanted = {row.id: Listing.kept(row.params) for row in rows}
            asked = ((identity, stored_query(listing, vocabulary)) for identity, listing in wanted.items())
            marks = {identity: self._percolator.mark(physical, query) for identity, query in asked}
            stale = [row.id for row in rows if row.indexed_as != marks[row.id]]
            anew = ((identity, stored_query(wanted[identity], vocabulary)) for identity in stale)
            await self._percolator.add(physical, anew)
            for identity in stale:
                marked = update(subscriptions).where(TABLE.id == identity).values(indexed_as=marks[identity])
                await connection.execute(marked)
            added += len(stale)
        return added

    async def _drop_ended(self, connection: AsyncConnection, physical: str) -> None:
        held = await self._percolator.held(physical)
        live = set((await connection.execute(select(TABLE.id).where(ACTIVE))).scalars())
        if held - live:
            await self._percolator.remove(physical, held - live)


async def _page(connection: AsyncConnection, after: UUID, only_new: bool) -> Sequence[AnyRow]:
    query = select(TABLE.id, TABLE.params, TABLE.indexed_as).where(ACTIVE, TABLE.id > after)
    if only_new:
        query = query.where(TABLE.indexed_as.is_(None))
    return (await connection.execute(query.order_by(TABLE.id).limit(BATCH))).all()
