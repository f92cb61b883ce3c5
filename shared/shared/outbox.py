"""The transactional outbox: an event commits with the state it tells of, and a relay publishes it.

Crash anywhere and nothing is lost: a row stays unsent until the broker has confirmed it, so the worst
is a second publication, which consumers recognise by id or sequence.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.envelope import encode
from shared.events import Event
from shared.publisher import Publisher, PublishError, Unroutable
from shared.telemetry import OUTBOX_AGE, OUTBOX_DEPTH, OUTBOX_SENT, current_traceparent

log = structlog.get_logger(__name__)

EVENTS_EXCHANGE = "sunlight.events"
CHANNEL = "outbox"
BATCH = 500
LANES = 2
POLL_SECONDS = 1.0
RETRY_SECONDS = 1.0
DEFER_SECONDS = 10.0
KEEP_SENT = text("now() - interval '30 days'")


class Outbox:
    """Adds events through the caller's connection; they go out if and only if the caller commits."""

    def __init__(self, connection: AsyncConnection, table: Table, source: str) -> None:
        self._connection = connection
        self._table = table
        self._source = source

    async def add(self, *events: Event) -> None:
        """Keep events of this service for the relay, under routing key = event type."""
        trace = current_traceparent()
        rows = []
        for event in events:
            headers, body = encode(event, self._source)
            if trace:
                headers.setdefault("ce-traceparent", trace)
            rows.append(
                {
                    "id": event.id,
                    "exchange": EVENTS_EXCHANGE,
                    "routing_key": event.type,
                    "subject": event.subject,
                    "headers": headers,
                    "body": body,
                }
            )
        await self._insert(rows)

    async def add_message(self, row: dict[str, Any]) -> None:
        """Keep one message for another exchange, such as the answer to a department."""
        await self._insert([row])

    async def _insert(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(self._table.insert(), rows)
            await self._connection.execute(text(f"NOTIFY {CHANNEL}"))


class Relay:
    """Publishes one service's outbox. Any number may run; each row is locked by one of them at a time."""

    def __init__(self, engine: AsyncEngine, table: Table, publisher: Publisher, service: str) -> None:
        self._engine = engine
        self._table = table
        self._publisher = publisher
        self._service = service
        self._wake = asyncio.Event()
        self._deferred: dict[int, float] = {}

    async def run(self) -> None:
        """Publish until cancelled; an outage of database or broker is waited out."""
        try:
            await self._run()
        finally:
            await self._publisher.close()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._measure())
            while True:
                self._wake.clear()
                try:
                    await self.drain()
                except Exception as error:
                    log.warning("relay.retry", service=self._service, error=repr(error))
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    async def drain(self) -> None:
        """Publish until nothing waits; of a backlog the next batch is read while another is on its way.

        Raises the first failure, once no batch is on its way any more.
        """
        if await self.publish_batch() < BATCH:
            return
        outcomes = await asyncio.gather(*(self._drain() for _ in range(LANES)), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _drain(self) -> None:
        while await self.publish_batch() == BATCH:
            pass

    async def publish_batch(self) -> int:
        """Publish up to BATCH waiting events and return how many were taken.

        What the broker does not take stays in the outbox; what no queue takes also stands back for a while, so
        that it cannot hold up the others. Raises the first failure.
        """
        async with self._engine.begin() as connection:
            rows = await self._take(connection)
            if not rows:
                return 0
            sent, failures = await self._publish(rows)
            if sent:
                done = update(self._table).where(self._table.c.position == func.any(bindparam("positions")))
                await connection.execute(done.values(sent_at=func.now(), body=b""), {"positions": sent})
        OUTBOX_SENT.labels(self._service).inc(len(sent))
        if failures:
            raise failures[0]
        return len(rows)

    async def _take(self, connection: AsyncConnection) -> Sequence[Any]:
        """The oldest events that wait and do not stand back, for nobody else meanwhile (ix_outbox_pending)."""
        now = time.monotonic()
        self._deferred = {position: until for position, until in self._deferred.items() if until > now}
        columns = self._table.c
        wanted = columns.position, columns.id, columns.exchange, columns.routing_key, columns.headers, columns.body
        waiting = (
            select(*wanted)
            .where(columns.sent_at.is_(None), columns.position != func.all(bindparam("deferred")))
            .order_by(columns.position)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        return (await connection.execute(waiting, {"deferred": list(self._deferred)})).all()

    async def _publish(self, rows: Sequence[Any]) -> tuple[list[int], list[BaseException]]:
        outcomes = await asyncio.gather(
            *(
                self._publisher.publish(row.exchange, row.routing_key, row.headers, row.body, str(row.id))
                for row in rows
            ),
            return_exceptions=True,
        )
        sent = [row.position for row, outcome in zip(rows, outcomes, strict=True) if outcome is None]
        until = time.monotonic() + DEFER_SECONDS
        for row, outcome in zip(rows, outcomes, strict=True):
            if isinstance(outcome, Unroutable):
                self._deferred[row.position] = until
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        unexpected = [failure for failure in failures if not isinstance(failure, PublishError)]
        return sent, unexpected + failures

    async def _listen(self) -> None:
        """Wake on NOTIFY. Only a hint: polling finds what a lost notification would have told."""
        dsn = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                connection = await asyncpg.connect(dsn, timeout=5)
                lost = asyncio.Event()
                connection.add_termination_listener(lambda *_, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
                try:
                    await lost.wait()
                finally:
                    connection.terminate()
            await asyncio.sleep(RETRY_SECONDS)

    async def _measure(self) -> None:
        """Keep the depth and age gauges, and forget rows sent long ago."""
        columns = self._table.c
        pending = select(func.count(), func.min(columns.created_at)).where(columns.sent_at.is_(None))
        forget = self._table.delete().where(columns.sent_at < KEEP_SENT)
        while True:
            with contextlib.suppress(Exception):
                async with self._engine.begin() as connection:
                    depth, oldest = (await connection.execute(pending)).one()
                    await connection.execute(forget)
                OUTBOX_DEPTH.labels(self._service).set(depth)
                OUTBOX_AGE.labels(self._service).set(time.time() - oldest.timestamp() if oldest else 0)
            await asyncio.sleep(5)
