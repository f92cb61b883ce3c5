"""Putting what is to be told into mails: a mail is a committed row that names its documents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, any_, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.alerts.domain import QUIET, Purpose, State
from search.alerts.store import TABLE, Subscriptions
from search.alerts.tables import deliveries, subscriptions

AT_ONCE = 100
UNWRITTEN = deliveries.c.letter.is_(None)


async def gather(engine: AsyncEngine, at: datetime) -> None:
    """Write one mail for each subscription of which something is due, about all that waits for it.

    Subscriptions are locked one by one, so that any number of processes may gather at once.
    """
    while True:
        async with engine.begin() as connection:
            found = list((await connection.execute(_due(at))).scalars())
            for subscription in found:
                letter = await Subscriptions(connection).write_letter(subscription, Purpose.DIGEST, at)
                mine = deliveries.c.subscription == subscription, UNWRITTEN
                await connection.execute(update(deliveries).where(*mine).values(letter=letter))
                quiet = update(subscriptions).where(TABLE.id == subscription).values(quiet_until=at + QUIET)
                await connection.execute(quiet)
        if len(found) < AT_ONCE:
            return


def _due(at: datetime) -> Select[UUID]:
    waiting = exists().where(deliveries.c.subscription == TABLE.id, UNWRITTEN, deliveries.c.due_at <= at)
    return (
        select(TABLE.id)
        .where(
            TABLE.state == State.ACTIVE,
            or_(TABLE.quiet_until.is_(None), TABLE.quiet_until <= at),
            waiting,  # ix_alert_deliveries_unsent
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )


async def set_aside(
    connection: AsyncConnection, subscription: UUID, gone: list[str], not_yet: list[str], until: datetime
) -> None:
    """Forget what is not public any more; leave what the index does not show yet to a later mail."""
    if gone:
        await connection.execute(deliveries.delete().where(*_of(subscription, gone)))
    if not_yet:
        later = update(deliveries).where(*_of(subscription, not_yet))
        await connection.execute(later.values(letter=None, due_at=until))


def _of(subscription: UUID, documents: list[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """As one array: a mail may be about more documents than a statement takes parameters."""
    named = deliveries.c.document == any_(literal(documents, ARRAY(Text)))
    return deliveries.c.subscription == subscription, named
