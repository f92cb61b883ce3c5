"""The outbox relay beside plain confirmed publishes to the same quorum queue."""

import asyncio
import time

import aio_pika
from sqlalchemy.ext.asyncio import AsyncEngine

from search.store import delivery
from shared.database import create_engine
from shared.envelope import encode
from shared.outbox import BATCH, Outbox, Relay
from shared.publisher import Publisher
from tests.bench.figures import Figure
from tests.bench.scratch import scratch
from tests.bench.stack import Running
from tests.support.events import document_event

EVENTS = 5000
ROUNDS = 3
BODY = "政府信息公开是常态，不公开是例外。" * 28  # about 1.5 kB on the wire


async def measure(stack: Running) -> list[Figure]:
    """Events a second through one relay, and messages a second published by hand, in alternating rounds."""
    relayed = published = 0.0
    async with scratch(stack) as own:
        engine = create_engine(own.database_url)
        for _ in range(ROUNDS):
            published += await _publish(own.amqp_url("publishing"))
            relayed += await _relay(engine, own.amqp_url("publishing"))
        await engine.dispose()
    total = ROUNDS * EVENTS
    note = f"{total} events of 1.5 kB, confirmed, {BATCH} in flight, one relay"
    return [Figure("relay", "events/s", total / relayed, total / published, "≥ 0.9", note)]


async def _relay(engine: AsyncEngine, amqp_url: str) -> float:
    for _ in range(EVENTS // BATCH):
        async with engine.begin() as connection:
            await Outbox(connection, delivery.outbox, "publishing").add(
                *(document_event(body=BODY) for _ in range(BATCH))
            )
    publisher = Publisher(amqp_url)
    relay = Relay(engine, delivery.outbox, publisher, "publishing")
    started = time.perf_counter()
    await relay.drain()
    seconds = time.perf_counter() - started
    await publisher.close()
    return seconds


async def _publish(amqp_url: str) -> float:
    headers, body = encode(document_event(body=BODY), "publishing")
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange("sunlight.events", ensure=False)
        started = time.perf_counter()
        for start in range(0, EVENTS, BATCH):
            await asyncio.gather(
                *(
                    exchange.publish(_message(headers, body, start + number), "document.published", mandatory=True)
                    for number in range(BATCH)
                )
            )
        return time.perf_counter() - started


def _message(headers: dict[str, str], body: bytes, number: int) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        headers={**headers},
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(number),
    )
