"""The trio as it really runs: who gets in, who does not."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import aiohttp
import aiormq
import asyncpg
import pytest
import pytest_asyncio
from faststream.rabbit import RabbitBroker, RabbitQueue

from launcher import broker_admin
from launcher.topology import department_calls, load
from tests.support.infrastructure import DatabaseFactory, TestStack, Vhost

EVENTS, DEPARTMENTS, OUTCOMES = "sunlight.events", "sunlight.departments", "sunlight.outcomes"


async def publish(url: str, exchange: str, key: str, body: bytes = b"{}", *, mandatory: bool = True) -> None:
    """Publish one message and wait for the broker's word; raises what the broker objects to."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        goal = await channel.get_exchange(exchange, ensure=False)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        async with asyncio.timeout(10):
            await goal.publish(message, key, mandatory=mandatory)


async def take(url: str, queue: str) -> bytes:
    """Wait for the next message of a queue and acknowledge it."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        source = await channel.get_queue(queue, ensure=False)
        async with asyncio.timeout(20), source.iterator() as messages:
            async for message in messages:
                await message.ack()
                return message.body
    raise AssertionError("the queue ended")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def department(vhost: Vhost) -> AsyncIterator[str]:
    """The address of a department system `audit`, made by the recipe that identity follows."""
    calls = department_calls(load(broker_admin.TOPOLOGY), vhost.name, "audit", "its-own")
    await broker_admin.apply_calls(vhost.management_url, calls)
    yield vhost.amqp_url("dept_audit", "its-own")


async def test_a_service_publishes_its_own_subject_to_those_who_subscribed(vhost: Vhost) -> None:
    await publish(vhost.amqp_url("publishing"), EVENTS, "document.published", b"one")
    assert await take(vhost.amqp_url("search"), "search.document") == b"one"
    assert await take(vhost.amqp_url("catalog"), "catalog.document") == b"one"


@pytest.mark.parametrize(
    ("user", "exchange", "key"),
    [
        ("search", EVENTS, "document.published"),
        ("catalog", EVENTS, "document.published"),
        ("publishing", EVENTS, "department.created"),
        ("publishing", DEPARTMENTS, "audit.document.submit"),
        ("search", OUTCOMES, "audit.outcome"),
        ("search", "sunlight.parked", "catalog.document"),
        ("search", "sunlight.retry.1", "publishing.submission"),
    ],
)
async def test_a_service_cannot_publish_what_is_not_its_own(vhost: Vhost, user: str, exchange: str, key: str) -> None:
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await publish(vhost.amqp_url(user), exchange, key)


async def test_a_service_cannot_read_the_queue_of_another(vhost: Vhost) -> None:
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await take(vhost.amqp_url("search"), "intake.department")


async def test_a_service_cannot_make_a_queue(vhost: Vhost) -> None:
    async with await aio_pika.connect(vhost.amqp_url("search")) as connection:
        channel = await connection.channel()
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await channel.declare_queue("search.mine", durable=True)


async def test_a_service_consumes_with_faststream_without_the_right_to_declare(vhost: Vhost) -> None:
    broker, seen = RabbitBroker(vhost.amqp_url("intake")), asyncio.Event()

    @broker.subscriber(RabbitQueue("intake.department", declare=False))
    async def notice(message: dict[str, str]) -> None:
        seen.set()

    async with broker, asyncio.timeout(20):
        await broker.start()
        await publish(vhost.amqp_url("identity"), EVENTS, "department.created")
        await seen.wait()


async def test_a_retried_message_comes_home_to_its_queue_alone(vhost: Vhost) -> None:
    await publish(vhost.amqp_url("search"), "sunlight.retry.1", "search.document", b"again")
    assert await take(vhost.amqp_url("search"), "search.document") == b"again"


async def test_a_rejected_message_is_parked_with_its_service(vhost: Vhost) -> None:
    await publish(vhost.amqp_url("catalog"), EVENTS, "obligation.due", b"poison")
    url = vhost.amqp_url("supervision")
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue("supervision.obligation", ensure=False)
        message = await queue.get(timeout=10, fail=True)
        assert message is not None
        await message.reject(requeue=False)
    assert await take(url, "supervision.parked") == b"poison"


async def test_a_department_submits_under_its_own_code_only(vhost: Vhost, department: str) -> None:
    await publish(department, DEPARTMENTS, "audit.document.submit", b"ours")
    assert await take(vhost.amqp_url("publishing"), "publishing.submission") == b"ours"
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await publish(department, DEPARTMENTS, "finance.document.submit")
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await publish(department, EVENTS, "document.published")


async def test_a_department_reads_its_own_outcomes_only(vhost: Vhost, department: str) -> None:
    await publish(vhost.amqp_url("publishing"), OUTCOMES, "audit.outcome", b"published")
    assert await take(department, "audit.outcome") == b"published"
    with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
        await take(department, "publishing.submission")


async def test_a_service_opens_its_own_database_only(
    infrastructure: TestStack, database: DatabaseFactory, postgres_admin_url: str
) -> None:
    own = (await database("search")).replace("+asyncpg", "")
    foreign = (await database("intake")).rsplit("/", 1)[1]
    connection = await asyncpg.connect(own)
    await connection.execute("create table thing (id int)")
    await connection.close()
    for name in (foreign, "intake", "postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(f"{own.rsplit('/', 1)[0]}/{name}")


async def test_databases_sort_and_store_text_as_unicode(postgres_admin_url: str) -> None:
    connection = await asyncpg.connect(postgres_admin_url)
    row = await connection.fetchrow(
        "select pg_encoding_to_char(encoding) as name, datlocale from pg_database where datname = 'postgres'"
    )
    await connection.close()
    assert row is not None
    assert (row["name"], row["datlocale"]) == ("UTF8", "C.UTF-8")


async def test_opensearch_cuts_chinese_text_into_words(opensearch_url: str, index_prefix: str) -> None:
    answer = await _post(f"{opensearch_url}/_analyze", {"analyzer": "smartcn", "text": "办理居民身份证"})
    assert [token["token"] for token in answer["tokens"]] == ["办理", "居民", "身份证"]


async def test_opensearch_makes_no_index_that_nobody_declared(opensearch_url: str, index_prefix: str) -> None:
    answer = await _post(f"{opensearch_url}/{index_prefix}typo/_doc", {"a": 1})
    assert answer["status"] == 404


async def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=json.dumps(body), headers=headers) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer
