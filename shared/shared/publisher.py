"""Confirmed publishing on a connection of its own.

Every message is persistent and mandatory; `publish` returns only after the broker has taken the message
into a queue, and raises otherwise. A time-out means *unknown*, so callers publish again.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.exceptions import AMQPError
from pamqp.commands import Basic
from yarl import URL

from shared.envelope import CONTENT_TYPE

TIMEOUT_SECONDS = 10.0
CLOSE_SECONDS = 2.0


class PublishError(ConnectionError):
    """The broker did not confirm this message; it may or may not be in the queue."""


class Unroutable(PublishError):
    """The broker is there, but no queue takes this routing key."""


class Publisher:
    """One confirmed channel, opened when first needed and again after a failure.

    A plain connection, not aio-pika's robust one: after an outage the caller publishes again anyway,
    and a robust channel may wait for its connection without any time limit.
    """

    def __init__(self, amqp_url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url = amqp_url
        self.user = URL(amqp_url).user or ""  # the only `user_id` that the broker lets this connection claim
        self._timeout = timeout
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchanges: dict[str, AbstractExchange] = {}
        self._opening = asyncio.Lock()

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        headers: Mapping[str, Any],
        body: bytes,
        message_id: str,
        user_id: str | None = None,
    ) -> None:
        """Publish one message and wait for the broker's confirmation.

        Raises:
            PublishError: nobody confirmed in time, no queue takes this key, or the broker is away.
        """
        message = aio_pika.Message(
            body,
            headers=dict(headers),
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message_id,
            user_id=user_id,
        )
        try:
            async with asyncio.timeout(self._timeout):
                target = await self._exchange(exchange)
                confirmation = await target.publish(message, routing_key, mandatory=True)
        except aio_pika.exceptions.DeliveryError as error:
            raise Unroutable(f"{exchange} {routing_key}: no queue takes it") from error
        except (TimeoutError, OSError, AMQPError, aio_pika.exceptions.AMQPException, RuntimeError) as error:
            await self._reset_if_broken()
            raise PublishError(f"{exchange} {routing_key}: {error!r}") from error
        if not isinstance(confirmation, Basic.Ack):
            raise PublishError(f"{exchange} {routing_key}: not acknowledged")

    async def _exchange(self, name: str) -> AbstractExchange:
        known = self._exchanges.get(name)
        if known is not None and self._channel is not None and not self._channel.is_closed:
            return known  # hundreds ask at once, and a lock would make them queue for the same answer
        async with self._opening:
            if self._channel is None or self._channel.is_closed:
                await self._open()
            if name not in self._exchanges:
                assert self._channel is not None  # noqa: S101 - opened above
                self._exchanges[name] = await self._channel.get_exchange(name, ensure=False)
            return self._exchanges[name]

    async def _open(self) -> None:
        await self.close()
        self._connection = await aio_pika.connect(self._url, timeout=self._timeout)
        self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)

    async def _reset_if_broken(self) -> None:
        connection = self._connection
        if connection is None or connection.is_closed or self._channel is None or self._channel.is_closed:
            async with self._opening:
                if self._connection is connection:
                    await self.close()

    async def close(self) -> None:
        """Close the connection; a later publish opens a new one."""
        connection, self._connection, self._channel = self._connection, None, None
        self._exchanges.clear()
        if connection is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await connection.close()
