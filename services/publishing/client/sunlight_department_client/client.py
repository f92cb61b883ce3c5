"""The client: confirmed submissions with many in flight, and the answers to them."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import aio_pika

from sunlight_department_client.connection import BROKER_ERRORS, Connection

Action = Literal["submit", "revise", "withdraw"]
Outcome = dict[str, Any]
LONGEST_PAUSE_SECONDS = 5.0


class NotSent(ConnectionError):
    """The broker has not confirmed the submission in time. It may still have it: send it again, no harm done."""


class DepartmentClient:
    """Speaks for one department's system.

    `broker_user` must be the user in `amqp_url`: the broker vouches for it to Sunlight. `timeout` is how long
    one attempt may take, `patience` how long a submission is tried again before NotSent is raised, both in
    seconds. At most `window` submissions are in flight; further calls wait.
    """

    def __init__(
        self,
        amqp_url: str,
        department: str,
        broker_user: str,
        *,
        window: int = 200,
        timeout: float = 10.0,
        patience: float = 60.0,
    ) -> None:
        self._department = department
        self._user = broker_user
        self._timeout = timeout
        self._patience = patience
        self._window = asyncio.Semaphore(window)
        self._connection = Connection(amqp_url, timeout, window)

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(self._timeout):
                await self._connection.exchange()
        except BROKER_ERRORS as error:
            raise NotSent(f"no connection to the broker: {error!r}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.close()

    @staticmethod
    def new_message_id() -> str:
        """An id for one message, which the answer to it names in `in_reply_to`."""
        return str(uuid.uuid4())

    async def submit(self, external_id: str, sequence: int, **document: Any) -> str:
        """Send a document; see the contract for its fields (`kind` and `title` are required).

        Returns the message's id once the broker has stored it. Raises NotSent.
        """
        return await self._send_new("submit", external_id, sequence, document)

    async def revise(self, external_id: str, sequence: int, **document: Any) -> str:
        """Send the whole document again, as its newest edition, with a higher sequence. Raises NotSent."""
        return await self._send_new("revise", external_id, sequence, document)

    async def withdraw(self, external_id: str, sequence: int, reason: str) -> str:
        """Take a document back; the public sees the reason. Raises NotSent."""
        return await self._send_new("withdraw", external_id, sequence, {"reason": reason})

    async def _send_new(self, action: Action, external_id: str, sequence: int, fields: Mapping[str, Any]) -> str:
        message_id = self.new_message_id()
        await self.send(action, {"external_id": external_id, "sequence": sequence, **fields}, message_id)
        return message_id

    async def send(self, action: str, body: Mapping[str, Any], message_id: str) -> None:
        """Send a submission whose body follows the contract. Raises NotSent."""
        async with self._window:
            await self._send_patiently(f"{self._department}.document.{action}", action, body, message_id)

    async def _send_patiently(self, key: str, action: str, body: Mapping[str, Any], message_id: str) -> None:
        """Each attempt is a message of its own to the broker; `ce-id`, and so the answer, stays the same."""
        until = time.monotonic() + self._patience
        pause = 0.2
        while True:
            try:
                async with asyncio.timeout(self._timeout):
                    exchange = await self._connection.exchange()
                    await exchange.publish(self._message(action, body, message_id), key, mandatory=True)
                return
            except BROKER_ERRORS as error:
                if time.monotonic() + pause > until:
                    raise NotSent(f"{body.get('external_id')}: {error!r}") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _message(self, action: str, body: Mapping[str, Any], message_id: str) -> aio_pika.Message:
        headers = {
            "ce-specversion": "1.0",
            "ce-id": message_id,
            "ce-type": f"sunlight.submission.{action}.v1",
            "ce-source": f"/departments/{self._department}",
            "ce-subject": str(body["external_id"]),
            "ce-sequence": str(body["sequence"]),
        }
        return aio_pika.Message(
            json.dumps(body, ensure_ascii=False).encode(),
            headers={**headers},
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=self.new_message_id(),
            user_id=self._user,
        )

    async def outcomes(self) -> AsyncIterator[Outcome]:
        """The answers, one by one, for ever; a lost connection is opened again.

        An answer is acknowledged when the next is asked for: one the caller did not finish with comes again.
        """
        pause = 0.2
        while True:
            try:
                channel = await self._connection.answers()
                queue = await channel.get_queue(f"{self._department}.outcome", ensure=False)
                async with queue.iterator() as messages:
                    async for message in messages:
                        yield json.loads(message.body)
                        await message.ack()
                        pause = 0.2
            except BROKER_ERRORS:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
