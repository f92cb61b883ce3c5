"""A connection to the broker that is opened when needed and given up when it fails."""

import asyncio
import contextlib

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.exceptions import AMQPError

# aio-pika's own errors derive from aiormq's; a channel that closes under a call raises RuntimeError.
BROKER_ERRORS = (OSError, TimeoutError, AMQPError, RuntimeError)
DEPARTMENTS_EXCHANGE = "sunlight.departments"


class Connection:
    """One connection with two channels: one that confirms what is published, one to read answers."""

    def __init__(self, url: str, timeout: float, window: int) -> None:
        self._url = url
        self._timeout = timeout
        self._window = window
        self._opening = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None

    async def exchange(self) -> AbstractExchange:
        """The exchange departments publish to, on a channel that confirms."""
        async with self._opening:
            if self._exchange is None or self._channel is None or self._channel.is_closed:
                connection = await self._open()
                self._channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                self._exchange = await self._channel.get_exchange(DEPARTMENTS_EXCHANGE, ensure=False)
            return self._exchange

    async def answers(self) -> AbstractChannel:
        """A new channel to read answers from."""
        async with self._opening:
            channel = await (await self._open()).channel()
            await channel.set_qos(prefetch_count=self._window)
            return channel

    async def _open(self) -> AbstractConnection:
        # A connection that was lost does not call itself closed; it only is no longer connected.
        if self._connection is None or not self._connection.connected.is_set():
            self._exchange = None
            self._connection = await aio_pika.connect(self._url, timeout=self._timeout)
        return self._connection

    async def close(self) -> None:
        """Close the connection; a later call opens a new one."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(*BROKER_ERRORS):
                async with asyncio.timeout(self._timeout):
                    await connection.close()
