"""Subscriptions in PostgreSQL, through the caller's transaction."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from search.alerts.domain import Ending, Frequency, Purpose, State, Subscription, due_at
from search.alerts.tables import deliveries, endings, letters, subscriptions
from search.lists.listing import Listing
from shared.events import new_id

INDEX_LOCK = 6_802_741  # of an advisory lock: who changes the percolator index
KEEP_LETTERS = text("now() - interval '1 year'")
TABLE = subscriptions.c


AnyRow = Row[*tuple[Any, ...]]


class Counts(NamedTuple):
    """What staff may know: how many, never who or what. Sent and failed: of a day; ended: of thirty days."""

    active: int
    pending: int
    stopped: int
    unconfirmed: int
    refused: int
    letters_waiting: int
    letters_sent: int
    letters_failed: int


def read_subscription(row: AnyRow) -> Subscription:
    """The subscription of a row that has its columns."""
    return Subscription(
        id=row.id,
        params=row.params,
        description=row.description,
        frequency=Frequency(row.frequency),
        state=State(row.state),
        confirm_until=row.confirm_until,
    )


class Subscriptions:
    """The saved questions. `address_digest` is the keyed hash of an address."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_address(self, digest: bytes) -> None:
        """One request at a time for each address, so that its limits hold."""
        key = int.from_bytes(digest[:8], "big", signed=True)
        await self._connection.execute(select(func.pg_advisory_xact_lock(key)))

    async def count(self, digest: bytes) -> int:
        query = select(func.count()).where(TABLE.address_digest == digest)
        return int(await self._connection.scalar(query) or 0)

    async def confirmations_since(self, digest: bytes, since: datetime) -> int:
        """Confirmation mails written to this address lately."""
        query = (
            select(func.count())
            .select_from(letters.join(subscriptions))
            .where(TABLE.address_digest == digest, letters.c.purpose == Purpose.CONFIRM, letters.c.created_at > since)
        )
        return int(await self._connection.scalar(query) or 0)

    async def find(self, digest: bytes, listing: Listing, frequency: Frequency) -> Subscription | None:
        same = and_(TABLE.address_digest == digest, TABLE.question == listing.key, TABLE.frequency == frequency)
        row = (await self._connection.execute(select(subscriptions).where(same))).first()
        return read_subscription(row) if row else None

    async def add(
        self, subscription: Subscription, listing: Listing, digest: bytes, sealed: bytes, at: datetime
    ) -> None:
        row = {
            "id": subscription.id,
            "address_digest": digest,
            "address": sealed,
            "params": subscription.params,
            "question": listing.key,
            "description": subscription.description,
            "frequency": subscription.frequency,
            "state": subscription.state,
            "created_at": at,
            "confirm_until": subscription.confirm_until,
        }
        await self._connection.execute(insert(subscriptions).values(row))

    async def renew(self, subscription: UUID, until: datetime) -> None:
        """A newer confirmation link takes the place of the older one."""
        await self._connection.execute(
            update(subscriptions).where(TABLE.id == subscription).values(confirm_until=until)
        )

    async def get(self, subscription: UUID, *, lock: bool = False) -> Subscription | None:
        query = select(subscriptions).where(TABLE.id == subscription)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).first()
        return read_subscription(row) if row else None

    async def activate(self, subscription: Subscription, at: datetime) -> None:
        """Active from now on; the same question of the same address with another frequency gives way.

        What that one had still to tell, this one tells. It is locked first, as whoever writes mails does.
        """
        kept = select(TABLE.address_digest, TABLE.question).where(TABLE.id == subscription.id).subquery()
        same = and_(TABLE.address_digest == kept.c.address_digest, TABLE.question == kept.c.question)
        others = select(TABLE.id).where(same, TABLE.id != subscription.id).with_for_update(of=subscriptions)
        taken_over = {"subscription": subscription.id, "due_at": due_at(subscription.frequency, at)}
        for other in list((await self._connection.execute(others)).scalars()):
            untold = deliveries.c.subscription == other, deliveries.c.letter.is_(None)
            await self._connection.execute(update(deliveries).where(*untold).values(taken_over))
            await self._connection.execute(delete(subscriptions).where(TABLE.id == other))
        active = {"state": State.ACTIVE, "confirmed_at": at, "indexed_as": None}
        await self._connection.execute(update(subscriptions).where(TABLE.id == subscription.id).values(active))

    async def delete(self, subscription: UUID, ending: Ending) -> bool:
        """Forget it with its address, its mails and what it was told; whether it was there."""
        gone = delete(subscriptions).where(TABLE.id == subscription).returning(TABLE.id)
        there = (await self._connection.execute(gone)).first() is not None
        await _count_ended(self._connection, ending, int(there))
        return there

    async def write_letter(self, subscription: UUID, purpose: Purpose, at: datetime) -> UUID:
        """Keep a mail for sending; it goes out if and only if the caller commits."""
        identity = new_id()
        row = {"id": identity, "subscription": subscription, "purpose": purpose, "created_at": at, "try_at": at}
        await self._connection.execute(insert(letters).values(row))
        return identity


async def any_active(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(select(select(1).where(TABLE.state == State.ACTIVE).exists())))


async def forget_expired(connection: AsyncConnection, at: datetime) -> int:
    """Drop what nobody confirmed in time, with its address; and mails of last year."""
    unconfirmed = and_(TABLE.state == State.PENDING, TABLE.confirm_until < at)
    gone = len((await connection.execute(delete(subscriptions).where(unconfirmed).returning(TABLE.id))).all())
    await _count_ended(connection, Ending.UNCONFIRMED, gone)
    done = or_(letters.c.sent_at < KEEP_LETTERS, letters.c.failed_at < KEEP_LETTERS)
    await connection.execute(delete(letters).where(done))
    return gone


async def _count_ended(connection: AsyncConnection, ending: Ending, many: int) -> None:
    """Add to the count of the day; nothing else of what ended is kept."""
    if many:
        row = insert(endings).values(day=func.current_date(), ending=ending, many=many)
        same_day = [endings.c.day, endings.c.ending]
        added = row.on_conflict_do_update(index_elements=same_day, set_={"many": endings.c.many + many})
        await connection.execute(added)


async def count_all(connection: AsyncConnection) -> Counts:
    by_state = select(TABLE.state, func.count().label("many")).group_by(TABLE.state)
    states: dict[str, int] = {row.state: row.many for row in await connection.execute(by_state)}
    day = text("now() - interval '1 day'")
    waiting = and_(letters.c.sent_at.is_(None), letters.c.failed_at.is_(None))
    query = select(
        func.count().filter(waiting).label("waiting"),
        func.count().filter(letters.c.sent_at > day).label("sent"),
        func.count().filter(letters.c.failed_at > day).label("failed"),
    )
    of_letters = (await connection.execute(query)).one()
    ended = await _ended_lately(connection)
    return Counts(
        active=states.get(State.ACTIVE, 0),
        pending=states.get(State.PENDING, 0),
        stopped=ended.get(Ending.STOPPED, 0),
        unconfirmed=ended.get(Ending.UNCONFIRMED, 0),
        refused=ended.get(Ending.REFUSED, 0),
        letters_waiting=of_letters.waiting,
        letters_sent=of_letters.sent,
        letters_failed=of_letters.failed,
    )


async def _ended_lately(connection: AsyncConnection) -> dict[str, int]:
    lately = endings.c.day > func.current_date() - 30
    query = select(endings.c.ending, func.sum(endings.c.many).label("many")).where(lately).group_by(endings.c.ending)
    return {row.ending: row.many for row in await connection.execute(query)}
