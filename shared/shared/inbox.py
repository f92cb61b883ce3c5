"""The inbox: an event takes effect once per consumer, however often it is delivered."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from shared.events import Event


async def first_delivery(connection: AsyncConnection, inbox: Table, consumer: str, event: Event) -> bool:
    """Record that `consumer` takes the event in this transaction; False if it already has."""
    return bool(await first_deliveries(connection, inbox, consumer, [event]))


async def first_deliveries(
    connection: AsyncConnection, inbox: Table, consumer: str, events: Sequence[Event]
) -> list[Event]:
    """Those that `consumer` has not taken before, each once and in order; it takes them in this transaction."""
    rows = [{"consumer": consumer, "event_id": event.id, "subject": event.subject} for event in events]
    taken = set(await connection.scalars(_insert(inbox), rows))
    return list({event.id: event for event in events if event.id in taken}.values())


@lru_cache
def _insert(inbox: Table) -> ReturningInsert[Any]:
    return insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id)
