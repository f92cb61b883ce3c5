"""The worker on the real broker: documents and names come in, announcements go out, rubbish is parked."""

from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from catalog.app import worker
from catalog.desk import desks
from catalog.handlers.columns import put_column
from catalog.handlers.obligations import put_obligation
from catalog.store.tables import delivery
from shared.calendar import WorkCalendar
from shared.envelope import encode
from shared.events import Event
from shared.publisher import Publisher
from shared.settings import Settings
from tests.catalog.making import a_column, an_item, an_obligation, department_changed, publish, published, withdrawn
from tests.support.infrastructure import Vhost
from tests.support.serving import serving
from tests.support.waiting import until

EXCHANGE = "sunlight.events"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(database_url: str, vhost: Vhost) -> AsyncIterator[None]:
    settings = Settings(service="catalog", database_url=database_url, amqp_url=vhost.amqp_url("catalog"))
    async with serving(worker(settings).app()):
        yield


async def send(vhost: Vhost, user: str, *events: Event) -> None:
    publisher = Publisher(vhost.amqp_url(user))
    for event in events:
        headers, body = encode(event, user)
        await publisher.publish(EXCHANGE, event.type, headers, body, str(event.id))
    await publisher.close()


async def test_documents_in_any_order_are_counted_and_names_are_kept(
    running: None, vhost: Vhost, engine: AsyncEngine
) -> None:
    opened = desks(engine, WorkCalendar.from_package())
    async with opened() as desk:
        await publish(desk, an_item("audit-01"))
        await put_obligation(an_obligation(catalogue_item="audit-01"), None, None, "editor", desk)
    first, second = published("d1", items=("audit-01",)), withdrawn("d1")
    await send(vhost, "publishing", second, first, first, published("d2", items=("audit-01",)))
    await send(vhost, "identity", department_changed("audit", "审计局", 1))

    async def counted() -> bool:
        async with opened() as desk:
            task = await desk.obligations.get("task-1")
            names = await desk.departments.names()
            return task is not None and task.fulfilled_by == ("d2",) and names == {"audit": "审计局"}

    await until(counted)
    async with opened() as desk:
        assert await desk.documents.by_item() == {"audit-01": ["d2"]}


async def unsent(engine: AsyncEngine, subject: str) -> int | None:
    outbox = delivery.outbox
    waiting = select(func.count()).where(outbox.c.subject == subject, outbox.c.sent_at.is_(None))
    async with engine.connect() as connection:
        return await connection.scalar(waiting)


async def test_a_changed_column_and_obligation_reach_the_broker(running: None, engine: AsyncEngine) -> None:
    async with desks(engine, WorkCalendar.from_package())() as desk:
        await put_column(a_column("told"), None, "editor", desk)
        await put_obligation(an_obligation("told-task"), None, None, "editor", desk)

    async def sent() -> bool:
        return [await unsent(engine, "told"), await unsent(engine, "told-task")] == [0, 0]

    await until(sent)


async def test_a_published_edition_and_its_items_reach_the_broker(running: None, engine: AsyncEngine) -> None:
    async with desks(engine, WorkCalendar.from_package())() as desk:
        number = await publish(desk, an_item("announced-01"), department="announced")

    async def sent() -> bool:
        return [await unsent(engine, f"edition-{number}"), await unsent(engine, "announced-01")] == [0, 0]

    await until(sent, seconds=5)


async def test_a_message_that_is_no_event_is_parked_with_its_reason(
    running: None, vhost: Vhost, engine: AsyncEngine
) -> None:
    publisher = Publisher(vhost.amqp_url("publishing"))
    await publisher.publish(EXCHANGE, "document.published", {"ce-type": "rubbish"}, b"{}", "no-uuid")
    await publisher.close()

    async def parked() -> bool:
        async with engine.connect() as connection:
            rows = (await connection.execute(select(delivery.parked))).all()
        return [(row.queue, row.reason) for row in rows] == [("catalog.document", "unknown event type rubbish")]

    await until(parked)
