"""What the search service keeps in PostgreSQL: delivery, and how fresh the index was when last measured."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, DateTime, Float, Index, Table, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables

metadata = new_metadata()
delivery = delivery_tables(metadata)

freshness = Table(
    "freshness",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("searchable_at", DateTime(timezone=True), nullable=False),
    Column("seconds", Float, nullable=False),
    Index("ix_freshness_searchable_at", "searchable_at"),
)


class Freshness(NamedTuple):
    """Measured seconds from a document's event to its first hit, over the last samples."""

    samples: int
    p50: float | None
    p99: float | None
    last_at: datetime | None


async def add_sample(
    connection: AsyncConnection, event_id: str, document: str, published_at: datetime, searchable_at: datetime
) -> bool:
    """Keep one measurement, and forget those older than a day; False for an event that was measured before."""
    seconds = (searchable_at - published_at).total_seconds()
    adding = insert(freshness).values(
        event_id=event_id,
        document=document,
        published_at=published_at,
        searchable_at=searchable_at,
        seconds=seconds,
    )
    added = await connection.execute(adding.on_conflict_do_nothing().returning(freshness.c.event_id))
    is_first = added.first() is not None
    await connection.execute(
        freshness.delete().where(freshness.c.searchable_at < func.now() - func.make_interval(0, 0, 0, 1))
    )
    return is_first


async def recent_freshness(connection: AsyncConnection, minutes: int = 15) -> Freshness:
    """Freshness over the last minutes (ix_freshness_searchable_at)."""
    seconds = freshness.c.seconds
    query = select(
        func.count(),
        func.percentile_cont(0.5).within_group(seconds),
        func.percentile_cont(0.99).within_group(seconds),
        func.max(freshness.c.searchable_at),
    ).where(freshness.c.searchable_at > func.now() - func.make_interval(0, 0, 0, 0, 0, minutes))
    return Freshness(*(await connection.execute(query)).one())


async def newest_searchable(connection: AsyncConnection, minutes: int = 15) -> datetime | None:
    """When the youngest publication was made that was lately seen to be searchable (ix_freshness_searchable_at)."""
    lately = freshness.c.searchable_at > func.now() - func.make_interval(0, 0, 0, 0, 0, minutes)
    found: datetime | None = (
        await connection.execute(select(func.max(freshness.c.published_at)).where(lately))
    ).scalar()
    return found
