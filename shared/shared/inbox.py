"""The inbox: an event takes effect once per consumer, however often it is delivered."""

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import Event


async def first_delivery(connection: AsyncConnection, inbox: Table, consumer: str, event: Event) -> bool:
    """Record that `consumer` takes the event in this transaction; False if it already has."""
    taken = await connection.execute(
        insert(inbox)
        .values(consumer=consumer, event_id=event.id, subject=event.subject)
        .on_conflict_do_nothing()
        .returning(inbox.c.event_id)
    )
    return taken.first() is not None
