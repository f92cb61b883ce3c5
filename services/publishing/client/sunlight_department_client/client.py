"""One connection of a department's system to Sunlight's broker.

A message is persistent and confirmed, and names its sender by the broker's own `user_id`. Sending again
after a failure is always safe: external id and sequence tell the gateway that it knows the message.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.exceptions import AMQPError

EXCHANGE = "sunlight.departments"
CONFIRM_SECONDS = 10.0
ATTEMPTS = 4
PREFETCH = 200

Action = Literal["submit", "revise", "withdraw"]


class NotSent(ConnectionError):
    """The broker did not confirm the message after several attempts; send it again later."""


class DepartmentClient:
    """Use as `async with DepartmentClient(url, "audit", "dept_audit") as client`."""

    def __init__(self, amqp_url: str, department: str, broker_user: str) -> None:
        self._url = amqp_url
        self._department = department
        self._user = broker_user
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._channel()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    @staticmethod
    def new_message_id() -> str:
        """An id for one message; its answer names it as `in_reply_to`."""
        return str(uuid.uuid4())

    async def send(self, action: Action | str, body: Mapping[str, Any], message_id: str | None = None) -> str:
        """Send one submission and return its message id once the broker has it.

        `body` holds external_id, sequence and the document's fields (for withdraw: reason).

        Raises:
            NotSent: the broker did not confirm; whether it has the message is unknown.
        """
        identity = message_id or self.new_message_id()
        headers: dict[str, Any] = {
            "ce-specversion": "1.0",
            "ce-id": identity,
            "ce-source": f"/departments/{self._department}",
            "ce-type": f"sunlight.submission.{action}.v1",
            "ce-subject": str(body["external_id"]),
            "ce-sequence": str(body["sequence"]),
            "ce-time": datetime.now(UTC).isoformat(),
        }
        message = aio_pika.Message(
            json.dumps(body, ensure_ascii=False).encode(),
            headers=headers,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=identity,
            user_id=self._user,
        )
        await self._publish(message, f"{self._department}.document.{action}")
        return identity

    async def _publish(self, message: aio_pika.Message, key: str) -> None:
        failure: BaseException | None = None
        for attempt in range(ATTEMPTS):
            try:
                async with asyncio.timeout(CONFIRM_SECONDS):
                    exchange = await self._exchange_to_use()
                    await exchange.publish(message, key, mandatory=True)
                    return
            except (TimeoutError, OSError, AMQPError, aio_pika.exceptions.AMQPException, RuntimeError) as error:
                failure = error
            await asyncio.sleep(2**attempt)
        raise NotSent(f"{key}: {failure!r}") from failure

    async def _exchange_to_use(self) -> AbstractExchange:
        async with self._opening:
            if self._exchange is None or self._exchange.channel.is_closed:
                channel = await self._channel()
                self._exchange = await channel.get_exchange(EXCHANGE, ensure=False)
            return self._exchange

    async def _channel(self) -> AbstractChannel:
        if self._connection is None or self._connection.is_closed:
            self._connection = await aio_pika.connect(self._url, timeout=CONFIRM_SECONDS)
        return await self._connection.channel(publisher_confirms=True, on_return_raises=True)

    async def outcomes(self) -> AsyncIterator[dict[str, Any]]:
        """The gateway's answers as they come; each is acknowledged when the next is asked for.

        Survives a broker restart: the queue is read again, and an unacknowledged answer comes again.
        """
        while True:
            try:
                channel = await self._channel()
                await channel.set_qos(PREFETCH)
                queue = await channel.get_queue(f"{self._department}.outcome", ensure=False)
                async with queue.iterator() as messages:
                    async for message in messages:
                        yield json.loads(message.body)
                        await message.ack()
            except (OSError, AMQPError, aio_pika.exceptions.AMQPException, RuntimeError):
                pass
            await asyncio.sleep(1)
