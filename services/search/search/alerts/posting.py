"""Getting each mail out.

A mail is claimed for a few minutes, sent, and marked as sent, each in a transaction of its own. A crash after the
mail server has taken it and before that is marked sends it once more, under the same Message-ID; a crash anywhere
else repeats nothing and loses nothing.
"""

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import structlog
from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.alerts.domain import MOST_REFUSALS, WAIT_FOR_INDEX, Ending, Purpose, State, retry_at
from search.alerts.gathering import gather, set_aside
from search.alerts.letters import MOST_LISTED, Envelope, Writer
from search.alerts.metrics import ALERT_LETTERS
from search.alerts.secrets import Secrets
from search.alerts.showing import Showing
from search.alerts.store import TABLE, AnyRow, Subscriptions, read_subscription
from search.alerts.tables import deliveries, letters, subscriptions
from search.alerts.transport import NeverDelivered, NotNow, Sender, Transport
from shared.consuming import is_outage
from shared.events import now

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=3)  # longer than a mail may take to be sent
LATER = timedelta(seconds=30)


class Postman:
    """Writes and sends mails. Any number may run."""

    def __init__(
        self,
        engine: AsyncEngine,
        writer: Writer,
        secrets: Secrets,
        showing: Showing,
        transport: Transport,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._secrets = secrets
        self._showing = showing
        self._transport = transport
        self._clock = clock

    async def round(self) -> int:
        """Write what is due and send what waits; how many mails went out. Raises MailAway, DependencyAway."""
        await gather(self._engine, self._clock())
        async with self._engine.connect() as connection:
            if (await connection.execute(_waiting(self._clock()))).first() is None:
                return 0
        sent = 0
        async with self._transport.open() as sender:
            while (row := await self._claim()) is not None:
                sent += await self._post(row, sender)
        return sent

    async def _claim(self) -> AnyRow | None:
        """The next mail, which nobody else will send meanwhile."""
        async with self._engine.begin() as connection:
            waiting = _waiting(self._clock()).with_for_update(of=letters, skip_locked=True)
            row: AnyRow | None = (await connection.execute(waiting)).first()
            if row is not None:
                await _mark(connection, row, try_at=self._clock() + CLAIM)
            return row

    async def _post(self, row: AnyRow, sender: Sender) -> bool:
        """Send a claimed mail and keep what became of it; whether it went out."""
        try:
            mail = await self._compose(row)
            if mail is not None:
                await sender.send(mail)
            outcome = "empty" if mail is None else "sent"
        except NotNow as error:
            outcome = await self._try_again(row, str(error))
        except NeverDelivered as error:
            outcome = await self._give_up(row, error)
        except Exception as error:
            if not is_outage(error):
                outcome = await self._try_again(row, _place_of(error))
            else:  # Nothing about this mail; yet the next round begins with another, lest one bad mail hold up all.
                async with self._engine.begin() as connection:
                    await _mark(connection, row, try_at=self._clock() + LATER)
                raise
        if outcome == "sent":
            await self._sent(row)
        ALERT_LETTERS.labels(row.purpose, outcome).inc()
        return outcome == "sent"

    async def _compose(self, row: AnyRow) -> EmailMessage | None:
        """The mail as it should read now; None when there is nothing left to tell, or nobody to tell it to."""
        to = self._secrets.unseal(row.id, bytes(row.address))
        envelope = Envelope(row.letter, row.written_at, to, read_subscription(row))
        if row.purpose == Purpose.CONFIRM:
            return self._writer.confirmation(envelope)
        mine = select(deliveries.c.document, deliveries.c.matched_at).where(deliveries.c.letter == row.letter)
        async with self._engine.connect() as connection:
            matched = {row.document: row.matched_at for row in await connection.execute(mine)}
        shown = await self._showing.look(list(matched))
        at = self._clock()
        missing = matched.keys() - {item["id"] for item in shown.items}
        gone = [each for each in missing if each in shown.withdrawn or matched[each] < at - WAIT_FOR_INDEX]
        async with self._engine.begin() as connection:
            await set_aside(connection, row.id, gone, sorted(missing - set(gone)), at + LATER)
            if not shown.items:
                await connection.execute(delete(letters).where(letters.c.id == row.letter))
                return None
        return self._writer.digest(envelope, shown.items[:MOST_LISTED], len(shown.items))

    async def _sent(self, row: AnyRow) -> None:
        async with self._engine.begin() as connection:
            await _mark(connection, row, sent_at=self._clock())
            await connection.execute(update(subscriptions).where(TABLE.id == row.id).values(refusals=0))

    async def _try_again(self, row: AnyRow, reason: str) -> str:
        at, attempts = self._clock(), row.attempts + 1
        later = retry_at(attempts, at)
        log.warning("alerts.mail_later", letter=str(row.letter), reason=reason, attempts=attempts, given_up=not later)
        async with self._engine.begin() as connection:
            await _mark(connection, row, attempts=attempts, **({"try_at": later} if later else {"failed_at": at}))
        return "later" if later else "failed"

    async def _give_up(self, row: AnyRow, error: NeverDelivered) -> str:
        """An address that is refused again and again is forgotten; one that never confirmed, at once."""
        log.warning("alerts.mail_refused", letter=str(row.letter), reason=str(error))
        refusals = row.refusals + error.of_recipient
        async with self._engine.begin() as connection:
            await _mark(connection, row, failed_at=self._clock())
            await connection.execute(update(subscriptions).where(TABLE.id == row.id).values(refusals=refusals))
            if error.of_recipient and (row.state == State.PENDING or refusals >= MOST_REFUSALS):
                await Subscriptions(connection).delete(row.id, Ending.REFUSED)
        return "failed"


def _waiting(at: datetime) -> Select[Any]:
    """The next mail to send with its subscription (ix_alert_letters_waiting)."""
    unsent = letters.c.sent_at.is_(None), letters.c.failed_at.is_(None), letters.c.try_at <= at
    columns = letters.c.id.label("letter"), letters.c.created_at.label("written_at"), letters.c.purpose
    return (
        select(*columns, letters.c.attempts, subscriptions)
        .select_from(letters.join(subscriptions))
        .where(*unsent)
        .order_by(letters.c.try_at)
        .limit(1)
    )


def _place_of(error: Exception) -> str:
    """Which unforeseen error it was and where; not what it says, which may be an address."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name}, {frame.filename}:{frame.lineno}"


async def _mark(connection: AsyncConnection, row: AnyRow, **values: Any) -> None:
    await connection.execute(update(letters).where(letters.c.id == row.letter).values(**values))
