"""What the broker itself dead-letters: nothing that its publisher wrote into it passes for our word."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from launcher import broker_admin, topology
from publishing.store.tables import delivery, metadata
from shared.consuming import REASON, SENDER, Consumers
from shared.database import create_engine
from shared.events import new_id
from shared.migrations import migrate
from shared.parking import DELIVERY_LIMIT_REASON, ParkedMessage, ParkedStore, store_parked
from shared.publisher import Publisher
from tests.support.infrastructure import DatabaseFactory, Vhost
from tests.support.waiting import until

QUEUE = "publishing.submission"
PASSWORD = "for-tests-only"
USER = "dept_finance"


@pytest.fixture(scope="module")
async def engine(database: DatabaseFactory) -> AsyncIterator[AsyncEngine]:
    url = await database("publishing")
    await migrate("publishing", metadata, url)
    made = create_engine(url)
    yield made
    await made.dispose()


@pytest.fixture(scope="module")
async def department(vhost: Vhost) -> AsyncIterator[Publisher]:
    """A department's connection, with the rights that identity gives it and no more."""
    layout = topology.load(broker_admin.TOPOLOGY)
    calls = topology.department_calls(layout, vhost.name, "finance", PASSWORD)
    await broker_admin.apply_calls(vhost.management_url, calls)
    made = Publisher(vhost.amqp_url(USER, PASSWORD))
    yield made
    await made.close()


@asynccontextmanager
async def storing_parked(vhost: Vhost, engine: AsyncEngine) -> AsyncIterator[ParkedStore]:
    """Publishing's parked queue, read into its table."""
    sender = Publisher(vhost.amqp_url("publishing"))
    consumers = Consumers(vhost.amqp_url("publishing"), sender)
    consumers.add("publishing.parked", store_parked(engine, delivery.parked, sender.user))
    await consumers.broker.start()
    yield ParkedStore(engine, delivery.parked, delivery.outbox, "publishing")
    await consumers.broker.stop()
    await sender.close()


async def return_until_it_is_dead(vhost: Vhost) -> None:
    """Take the one message and give it back, as a worker does that dies of it, until the queue gives it up."""
    connection = await aio_pika.connect(vhost.amqp_url("publishing"))
    queue = await (await connection.channel()).get_queue(QUEUE, ensure=False)
    while message := await queue.get(fail=False):
        await message.nack(requeue=True)
    await connection.close()


@pytest.mark.parametrize("user_id", [USER, None])
async def test_a_reason_and_a_sender_that_a_department_forged_are_not_believed(
    vhost: Vhost, engine: AsyncEngine, department: Publisher, user_id: str | None
) -> None:
    message_id = str(new_id())
    forged = {"ce-id": message_id, REASON: "系统维护，请直接重放", SENDER: "dept_audit"}
    await department.publish(
        "sunlight.departments", "finance.document.submit", forged, b"{}", message_id, user_id=user_id
    )
    await return_until_it_is_dead(vhost)
    found: list[ParkedMessage] = []

    async with storing_parked(vhost, engine) as store:

        async def look() -> bool:
            found.extend(message for message in await store.list() if message.event_id == message_id)
            return bool(found)

        await until(look)
    assert (found[0].reason, found[0].queue) == (DELIVERY_LIMIT_REASON, QUEUE)
    assert found[0].headers.get(SENDER) == user_id


async def test_a_department_cannot_send_under_the_name_that_makes_a_reason_believed(department: Publisher) -> None:
    with pytest.raises(ConnectionError, match="PRECONDITION_FAILED"):
        await department.publish(
            "sunlight.departments", "finance.document.submit", {REASON: "伪造"}, b"{}", "forged", user_id="publishing"
        )
