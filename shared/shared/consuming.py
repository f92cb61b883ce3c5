"""Taking events from a queue: one message, one handler call, one outcome that loses nothing.

A handler that returns has made its effect durable, and the message is acknowledged. A handler that
raises is answered by kind of error:

* `DependencyAway` (database, index or broker cannot be reached): the message is held and tried again
  with rising delay; every other message would fail alike, so nothing is moved.
* `Refused` or a malformed message: parked at once with its reason; no repetition can help.
* anything else: sent to a retry queue (1 s, 15 s, 5 min) and parked after the last attempt.

If even parking fails, the message goes back to its queue. The queue's own delivery limit parks a
message that kills its worker.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from asyncpg.exceptions import InsufficientResourcesError, OperatorInterventionError, PostgresConnectionError
from faststream import AckPolicy
from faststream.exceptions import NackMessage
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.envelope import MalformedMessage, decode
from shared.events import Event, new_id
from shared.publisher import Publisher, PublishError
from shared.telemetry import HANDLED, HANDLING

log = structlog.get_logger(__name__)

PARKED_EXCHANGE = "sunlight.parked"
RETRY_EXCHANGES = ("sunlight.retry.1", "sunlight.retry.2", "sunlight.retry.3")
ATTEMPTS = "x-sunlight-attempts"
REASON = "x-sunlight-reason"
SENDER = "x-sunlight-user"
LONGEST_PAUSE_SECONDS = 30.0

OUTAGES = (
    ConnectionError,
    TimeoutError,
    InterfaceError,
    OperationalError,
    PoolTimeout,
    PostgresConnectionError,
    OperatorInterventionError,
    InsufficientResourcesError,  # a full disk, no free connection: nothing this message could change
)

Handler = Callable[[Event], Awaitable[None]]
MessageHandler = Callable[["Message"], Awaitable[None]]


class DependencyAway(ConnectionError):
    """Something this handler needs cannot be reached now; the same message will do later."""


class Refused(ValueError):
    """This message can never take effect, and its text says why."""


@dataclass(frozen=True)
class Message:
    """A delivery, independent of the client library."""

    queue: str
    exchange: str
    routing_key: str
    headers: Mapping[str, Any]
    body: bytes
    message_id: str
    user_id: str | None

    @property
    def attempts(self) -> int:
        """How often a retry queue has already brought this message back."""
        value = self.headers.get(ATTEMPTS, 0)
        return int(value) if isinstance(value, int | str) and str(value).isdigit() else 0


def is_outage(error: BaseException) -> bool:
    """Whether the error says that a dependency is away, not that this message is bad."""
    if isinstance(error, DBAPIError):
        error = error if error.connection_invalidated or error.orig is None else error.orig.__cause__ or error
    return isinstance(error, OUTAGES) or getattr(error, "connection_invalidated", False)


def of_event(handler: Handler) -> MessageHandler:
    """A handler of events as a handler of messages."""

    async def handle(message: Message) -> None:
        try:
            event = decode(message.headers, message.body)
        except MalformedMessage as error:
            raise Refused(str(error)) from error
        with structlog.contextvars.bound_contextvars(traceparent=event.traceparent, event=str(event.id)):
            await handler(event)

    return handle


def with_sender(headers: Mapping[str, Any], user_id: str | None) -> dict[str, Any]:
    """The headers with the sender the broker vouches for, and never one that the message claims itself.

    They are believed once the message returns by the default exchange, where only the broker publishes.
    """
    kept = {name: value for name, value in headers.items() if name != SENDER}
    return {**kept, SENDER: user_id} if user_id else kept


class Delivery:
    """What happens to one message, from arrival to acknowledgement."""

    def __init__(self, publisher: Publisher, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._publisher = publisher
        self._pause = pause

    async def deliver(self, message: Message, handler: MessageHandler) -> None:
        """Return when the message may be acknowledged; raise when it must go back to its queue."""
        try:
            with HANDLING.labels(message.queue).time():
                await self._persist(message, handler)
            outcome = "done"
        except Refused as error:
            await self._park(message, str(error))
            outcome = "parked"
        except Exception as error:
            log.exception("message.failed", queue=message.queue, message_id=message.message_id)
            outcome = await self._retry_or_park(message, error)
        HANDLED.labels(message.queue, outcome).inc()

    async def _persist(self, message: Message, handler: MessageHandler) -> None:
        pause = 0.5
        while True:
            try:
                return await handler(message)
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("message.waiting", queue=message.queue, error=repr(error), seconds=pause)
                HANDLED.labels(message.queue, "waited").inc()
            await self._pause(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _retry_or_park(self, message: Message, error: Exception) -> str:
        if message.attempts >= len(RETRY_EXCHANGES):
            await self._park(message, f"{type(error).__name__}: {error}"[:2000])
            return "parked"
        headers = {**message.headers, ATTEMPTS: message.attempts + 1}
        await self._send(RETRY_EXCHANGES[message.attempts], message, headers)
        return "retried"

    async def _park(self, message: Message, reason: str) -> None:
        log.warning("message.parked", queue=message.queue, message_id=message.message_id, reason=reason)
        headers = {**message.headers, REASON: reason}
        await self._send(PARKED_EXCHANGE, message, headers, user_id=self._publisher.user)

    async def _send(
        self, exchange: str, message: Message, headers: Mapping[str, Any], user_id: str | None = None
    ) -> None:
        if message.exchange:
            headers = with_sender(headers, message.user_id)
        try:
            await self._publisher.publish(exchange, message.queue, headers, message.body, str(new_id()), user_id)
        except PublishError as error:
            await self._pause(1.0)
            raise NackMessage from error


class Consumers:
    """The queues one worker reads, through FastStream, each on a channel of its own."""

    def __init__(self, amqp_url: str, publisher: Publisher) -> None:
        self.broker = RabbitBroker(
            amqp_url,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            apply_types=False,
            logger=None,
            reconnect_interval=1.0,
            graceful_timeout=15.0,
        )
        self.queues: list[str] = []
        self._delivery = Delivery(publisher)

    def add(self, queue: str, handler: MessageHandler, prefetch: int = 20) -> None:
        """Read `queue` with `handler`; `prefetch` is also how many run at once."""

        async def take(raw: RabbitMessage) -> None:
            await self._delivery.deliver(_message(queue, raw), handler)

        channel = Channel(prefetch_count=prefetch, on_return_raises=True)
        subscriber = self.broker.subscriber(
            RabbitQueue(queue, declare=False), channel=channel, no_reply=True, decoder=_undecoded
        )
        subscriber(take)
        self.queues.append(queue)


async def _undecoded(message: Any) -> Any:
    """Leave the body to us: the handler gets the message itself, whatever its content type claims."""
    return message


def _message(queue: str, message: RabbitMessage) -> Message:
    raw = message.raw_message
    return Message(
        queue=queue,
        exchange=raw.exchange or "",
        routing_key=raw.routing_key or "",
        headers=dict(raw.headers),
        body=raw.body,
        message_id=raw.message_id or "",
        user_id=raw.user_id,
    )
