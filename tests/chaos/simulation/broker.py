"""A broker in memory that does what RabbitMQ may do: deliver twice, out of order, again, or not confirm.

It keeps what it confirmed: queues outlive crashes, and what a dead consumer held comes back.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from shared.consuming import Delivery, Message, MessageHandler
from shared.publisher import PublishError
from tests.chaos.history import History
from tests.chaos.simulation.faults import Faults, Planted, Process

BINDINGS = (
    ("sunlight.events", "document.*", "search.document"),
    ("sunlight.events", "document.*", "supervision.document"),
    ("sunlight.departments", "*.document.*", "publishing.submission"),
    ("sunlight.outcomes", "*.outcome", "audit.outcome"),
)
RETRY_SECONDS = {"sunlight.retry.1": 1.0, "sunlight.retry.2": 15.0, "sunlight.retry.3": 300.0}
PARKED_EXCHANGE = "sunlight.parked"
CONFIRM_SECONDS = 10.0
IDLE_SECONDS = 0.7


@dataclass
class Broker:
    """Exchanges, queues and what waits in them."""

    faults: Faults
    planted: Planted
    history: History
    queues: dict[str, list[Message]] = field(default_factory=dict)
    held: int = 0

    def take(self, exchange: str, key: str, message: Message) -> bool:
        """Put a message where its key leads; False when that is nowhere."""
        if exchange == PARKED_EXCHANGE:
            self.history.see("broker", "parked", key, status=str(message.headers.get("x-sunlight-reason")))
            return True
        if exchange in RETRY_SECONDS:
            home = replace(message, queue=key, exchange="", routing_key=key)
            asyncio.get_running_loop().call_later(RETRY_SECONDS[exchange], self._enqueue, key, home)
            self.held += 1
            return True
        targets = [queue for name, pattern, queue in BINDINGS if name == exchange and fnmatchcase(key, pattern)]
        for queue in targets:
            self.queues.setdefault(queue, []).append(replace(message, queue=queue))
        if targets and exchange == "sunlight.events":
            headers = message.headers
            version, event = int(headers["ce-sequence"]), headers["ce-id"]
            self.history.see("broker", "confirmed", headers["ce-subject"], version=version, subject=event)
        return bool(targets)

    def _enqueue(self, queue: str, message: Message) -> None:
        self.held -= 1
        self.queues.setdefault(queue, []).append(message)

    def waiting(self) -> int:
        """Messages in queues, in hand or on their way back."""
        return self.held + sum(len(messages) for messages in self.queues.values())


class MemoryPublisher:
    """`shared.publisher.Publisher` over the broker in memory."""

    user = "memory"

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def publish(
        self,
        exchange: str,
        routing_key: str,
        headers: Mapping[str, Any],
        body: bytes,
        message_id: str,
        user_id: str | None = None,
    ) -> None:
        """Raises PublishError when not confirmed; the broker may have taken the message all the same."""
        message = Message("", exchange, routing_key, dict(headers), body, message_id, user_id)
        try:
            await self._publish(exchange, routing_key, message)
        except PublishError:
            if not self._broker.planted.unconfirmed_is_sent:
                raise

    async def _publish(self, exchange: str, key: str, message: Message) -> None:
        faults = self._broker.faults
        await faults.reach("broker", PublishError)
        if faults.happens(faults.lost_message):
            await asyncio.sleep(CONFIRM_SECONDS)
            raise PublishError("no confirmation, and the message is lost")
        if not self._broker.take(exchange, key, message):
            raise PublishError("no queue takes this key")
        if faults.happens(faults.duplicate):
            self._broker.take(exchange, key, message)
        await faults.boundary("broker has taken it")
        if faults.happens(faults.lost_confirm):
            await asyncio.sleep(CONFIRM_SECONDS)
            raise PublishError("no confirmation, but the message is in its queue")


class MemoryConsumer:
    """One queue's consumer in one process: up to `prefetch` messages in hand, in no particular order."""

    def __init__(
        self, broker: Broker, process: Process, queue: str, handler: MessageHandler, prefetch: int = 8
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._handler = handler
        self._delivery = Delivery(MemoryPublisher(broker))  # type: ignore[arg-type]
        self._free = asyncio.Semaphore(prefetch)
        self._in_hand: dict[int, Message] = {}
        self._numbers = iter(range(1 << 30))
        process.at_crash.append(self._give_back)

    async def run(self) -> None:
        """Take messages for ever."""
        while True:
            await self._free.acquire()
            while not (waiting := self._broker.queues.get(self._queue)):
                await asyncio.sleep(IDLE_SECONDS)
            message = waiting.pop(self._broker.faults.random.randrange(min(4, len(waiting))))
            self._broker.held += 1
            number = next(self._numbers)
            self._in_hand[number] = message
            if self._broker.planted.ack_before_commit:
                self._settle(number, back=False)
            asyncio.get_running_loop().create_task(self._deliver(number, message))

    async def _deliver(self, number: int, message: Message) -> None:
        faults = self._broker.faults
        try:
            if self._broker.planted.errors_discard:
                await self._handler(message)
            else:
                await self._delivery.deliver(message, self._handler)
        except Exception:
            self._settle(number, back=not self._broker.planted.errors_discard)
        else:
            await faults.boundary(f"before acknowledging at {self._queue}")
            self._settle(number, back=faults.happens(faults.lost_acknowledgement))
        self._free.release()

    def _settle(self, number: int, back: bool) -> None:
        message = self._in_hand.pop(number, None)
        if message is not None:
            self._broker.held -= 1
            if back:
                self._broker.queues[self._queue].append(message)

    def _give_back(self) -> None:
        for number in list(self._in_hand):
            self._settle(number, back=True)
