"""Outbox, relay, consumers and parking on a real PostgreSQL and a real RabbitMQ."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from search.store import delivery
from shared.amqp import queue_counts
from shared.consuming import Consumers, DependencyAway, Handler, Message, Refused, of_event
from shared.envelope import encode
from shared.events import Event, new_id
from shared.outbox import Outbox, Relay
from shared.parking import ParkedStore, store_parked
from shared.publisher import Publisher, PublishError, Unroutable
from tests.support.events import document_event
from tests.support.infrastructure import Vhost
from tests.support.waiting import until

QUEUE = "search.document"
UNROUTABLE = {
    "exchange": "sunlight.events",
    "routing_key": "submission.nobody-listens",
    "subject": "x",
    "headers": {},
    "body": b"{}",
}


@pytest.fixture
async def publisher(vhost: Vhost) -> AsyncIterator[Publisher]:
    made = Publisher(vhost.amqp_url("publishing"))
    yield made
    await made.close()


@asynccontextmanager
async def consuming(vhost: Vhost, engine: AsyncEngine, handler: Handler) -> AsyncIterator[None]:
    """The search service's two queues, read with a handler of the test."""
    sender = Publisher(vhost.amqp_url("search"))
    consumers = Consumers(vhost.amqp_url("search"), sender)
    consumers.add(QUEUE, of_event(handler))
    consumers.add("search.parked", store_parked(engine, delivery.parked, "search"))
    await consumers.broker.start()
    try:
        yield
    finally:
        await consumers.broker.stop()
        await sender.close()


def noting(seen: list[str]) -> Handler:
    """A handler that notes the subject of each event it is given."""

    async def note(event: Event) -> None:
        seen.append(event.subject)

    return note


async def send(publisher: Publisher, event: Event) -> None:
    headers, body = encode(event, "publishing")
    await publisher.publish("sunlight.events", event.type, headers, body, str(event.id))


async def pending(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        query = select(func.count()).where(delivery.outbox.c.sent_at.is_(None))
        return int((await connection.execute(query)).scalar_one())


async def test_an_event_goes_out_only_if_its_transaction_commits(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    kept, lost = document_event(), document_event()
    with suppress(ZeroDivisionError):
        async with engine.begin() as connection:
            await Outbox(connection, delivery.outbox, "publishing").add(lost)
            raise ZeroDivisionError
    async with engine.begin() as connection:
        await Outbox(connection, delivery.outbox, "publishing").add(kept)
    seen: list[str] = []
    async with consuming(vhost, engine, noting(seen)):
        await Relay(engine, delivery.outbox, publisher, "publishing").publish_batch()
        await until(lambda: kept.subject in seen)
    assert lost.subject not in seen
    assert await pending(engine) == 0


async def test_what_no_queue_takes_stays_in_the_outbox(engine: AsyncEngine, publisher: Publisher) -> None:
    message = {**UNROUTABLE, "id": UUID(int=1)}
    async with engine.begin() as connection:
        await Outbox(connection, delivery.outbox, "publishing").add_message(message)
    with pytest.raises(PublishError):
        await Relay(engine, delivery.outbox, publisher, "publishing").publish_batch()
    assert await pending(engine) == 1
    async with engine.begin() as connection:
        await connection.execute(delivery.outbox.delete().where(delivery.outbox.c.id == UUID(int=1)))


async def test_one_unroutable_event_does_not_hold_back_the_others(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    good = document_event()
    bad = {**UNROUTABLE, "id": UUID(int=2)}
    async with engine.begin() as connection:
        outbox = Outbox(connection, delivery.outbox, "publishing")
        await outbox.add_message(bad)
        await outbox.add(good)
    with pytest.raises(PublishError):
        await Relay(engine, delivery.outbox, publisher, "publishing").publish_batch()
    async with engine.begin() as connection:
        left = (await connection.execute(select(delivery.outbox.c.id).where(delivery.outbox.c.sent_at.is_(None)))).all()
        await connection.execute(delivery.outbox.delete().where(delivery.outbox.c.id == UUID(int=2)))
    assert [row.id for row in left] == [UUID(int=2)]


async def test_five_hundred_unroutable_events_do_not_hold_up_the_next(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    stuck = [{**UNROUTABLE, "id": new_id()} for _ in range(500)]
    good = document_event()
    async with engine.begin() as connection:
        await connection.execute(delivery.outbox.insert(), stuck)
        await Outbox(connection, delivery.outbox, "publishing").add(good)
    relay = Relay(engine, delivery.outbox, publisher, "publishing")
    with pytest.raises(Unroutable):
        await relay.publish_batch()
    assert await relay.publish_batch() == 1
    async with engine.begin() as connection:
        await connection.execute(delivery.outbox.delete().where(delivery.outbox.c.sent_at.is_(None)))
    assert await pending(engine) == 0


async def test_two_relays_publish_each_event_once(engine: AsyncEngine, vhost: Vhost, publisher: Publisher) -> None:
    events = [document_event() for _ in range(700)]
    async with engine.begin() as connection:
        await Outbox(connection, delivery.outbox, "publishing").add(*events)
    seen: list[str] = []
    relays = [Relay(engine, delivery.outbox, publisher, "publishing") for _ in range(2)]
    async with consuming(vhost, engine, noting(seen)):
        while sum(await asyncio.gather(*(relay.publish_batch() for relay in relays))):
            pass
        ours = {event.subject for event in events}
        await until(lambda: ours <= set(seen))
    assert sorted(subject for subject in seen if subject in ours) == sorted(ours)


async def test_a_backlog_goes_out_whole_and_once_and_what_no_queue_takes_is_told_at_the_end(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    events = [document_event() for _ in range(1700)]
    async with engine.begin() as connection:
        outbox = Outbox(connection, delivery.outbox, "publishing")
        await outbox.add_message({**UNROUTABLE, "id": UUID(int=3)})
        await outbox.add(*events)
    seen: list[str] = []
    relay = Relay(engine, delivery.outbox, publisher, "publishing")
    async with consuming(vhost, engine, noting(seen)):
        with pytest.raises(Unroutable):
            await relay.drain()
        await relay.drain()
        ours = {event.subject for event in events}
        await until(lambda: ours <= set(seen))
    async with engine.begin() as connection:
        await connection.execute(delivery.outbox.delete().where(delivery.outbox.c.id == UUID(int=3)))
    assert sorted(subject for subject in seen if subject in ours) == sorted(ours)
    assert await pending(engine) == 0


async def test_a_handler_that_fails_once_is_tried_again_through_the_retry_queue(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    event, attempts = document_event(), []

    async def fail_first(taken: Event) -> None:
        if taken.subject == event.subject:
            attempts.append(taken.id)
            if len(attempts) == 1:
                raise KeyError("once")

    async with consuming(vhost, engine, fail_first):
        await send(publisher, event)
        await until(lambda: len(attempts) == 2)
    assert attempts == [event.id, event.id]


async def test_a_refused_message_is_parked_with_its_reason_and_can_be_replayed(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    event, refusing, taken = document_event(), True, []

    async def refuse(found: Event) -> None:
        if found.subject == event.subject and refusing:
            raise Refused("字段超过上限")
        taken.append(found.subject)

    store = ParkedStore(engine, delivery.parked, delivery.outbox, "search")

    async def parked() -> bool:
        return any(message.subject == event.subject for message in await store.list())

    async with consuming(vhost, engine, refuse):
        await send(publisher, event)
        await until(parked)
        [message] = [message for message in await store.list() if message.subject == event.subject]
        assert (message.reason, message.queue) == ("字段超过上限", QUEUE)
        assert "关于样例的通知" in (await store.show(message.id)).body
        refusing = False
        await store.replay(message.id, by="operator")
        sender = Publisher(vhost.amqp_url("search"))
        await Relay(engine, delivery.outbox, sender, "search").publish_batch()
        await until(lambda: event.subject in taken)
        await sender.close()
    assert (await store.show(message.id)).settled_by == "operator"


async def test_a_message_parked_from_two_queues_is_kept_for_each_and_once(engine: AsyncEngine) -> None:
    store, event = store_parked(engine, delivery.parked, "search"), document_event()
    headers, body = encode(event, "publishing")
    for queue in (QUEUE, "search.alert", QUEUE):
        await store(Message("search.parked", "", queue, headers, body, str(event.id), "publishing"))
    found = await ParkedStore(engine, delivery.parked, delivery.outbox, "search").list()
    assert sorted(each.queue for each in found if each.subject == event.subject) == ["search.alert", QUEUE]


async def test_an_error_of_the_database_does_not_tell_the_values_of_its_statement(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as told:
        async with engine.connect() as connection:
            await connection.execute(select(func.count()).where(delivery.outbox.c.subject == "身份证号\x00"))
    assert "身份证号" not in str(told.value)


async def test_a_message_that_is_no_event_is_parked_and_blocks_nobody(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    event, taken = document_event(), list[str]()
    store = ParkedStore(engine, delivery.parked, delivery.outbox, "search")

    async def parked() -> bool:
        return any("ce-type is missing" in message.reason for message in await store.list())

    async with consuming(vhost, engine, noting(taken)):
        await publisher.publish("sunlight.events", "document.published", {}, b"\xff\x00", "junk")
        await send(publisher, event)
        await until(lambda: event.subject in taken)
        await until(parked)


async def test_while_a_dependency_is_away_messages_wait_and_none_is_moved(
    engine: AsyncEngine, vhost: Vhost, publisher: Publisher
) -> None:
    away, taken = True, []
    events = [document_event() for _ in range(5)]

    async def need_index(event: Event) -> None:
        if away:
            raise DependencyAway("OpenSearch")
        taken.append(event.subject)

    async with consuming(vhost, engine, need_index):
        for event in events:
            await send(publisher, event)
        counts = await queue_counts(vhost.amqp_url("search"), ["search.parked"])
        assert counts["search.parked"][0] == 0
        away = False
        await until(lambda: {event.subject for event in events} <= set(taken))


async def test_a_service_cannot_publish_anothers_event(vhost: Vhost) -> None:
    intruder = Publisher(vhost.amqp_url("search"))
    headers, body = encode(document_event(), "search")
    with pytest.raises(PublishError, match="ACCESS_REFUSED"):
        await intruder.publish("sunlight.events", "document.published", headers, body, "forged")
    await intruder.close()


async def test_a_publication_to_a_broker_that_is_away_fails_within_its_time_limit() -> None:
    publisher = Publisher("amqp://nobody:x@127.0.0.1:1/", timeout=1)
    with pytest.raises(PublishError):
        await publisher.publish("sunlight.events", "document.published", {}, b"{}", "1")
