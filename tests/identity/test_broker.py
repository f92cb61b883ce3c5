"""Departments on the broker: one suite for RabbitMQ and for the broker in memory, and RabbitMQ's own refusals."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aio_pika
import aiohttp
import aiormq
import pytest
from aio_pika.abc import AbstractChannel

from identity.broker import DEPARTMENTS_EXCHANGE, RabbitUsers, outcome_queue, user_name
from identity.handlers.departments import BrokerUsers
from launcher import broker_admin
from launcher.topology import department_calls, load
from shared.problems import Unavailable
from tests.identity.memory_broker import MemoryBroker
from tests.identity.running import fresh
from tests.support.infrastructure import TestStack, Vhost
from tests.support.recording import recording
from tests.support.waiting import until

REFUSALS = (aiormq.exceptions.AMQPError, aio_pika.exceptions.AMQPError, ConnectionError)


class Probe(Protocol):
    """What a department's system sees of the broker."""

    async def accepts_message(self, code: str, password: str, routing_key: str) -> bool: ...
    async def gives_queue(self, code: str, password: str, queue_of: str) -> bool: ...


@dataclass(frozen=True)
class RabbitProbe:
    vhost: Vhost

    async def accepts_message(self, code: str, password: str, routing_key: str) -> bool:
        try:
            async with signed_in(self.vhost, code, password) as channel:
                await publish(channel, routing_key)
        except REFUSALS:
            return False
        return True

    async def gives_queue(self, code: str, password: str, queue_of: str) -> bool:
        try:
            async with signed_in(self.vhost, code, password) as channel:
                queue = await channel.get_queue(outcome_queue(queue_of), ensure=False)
                await queue.get(fail=False)
        except REFUSALS:
            return False
        return True


@asynccontextmanager
async def signed_in(vhost: Vhost, code: str, password: str) -> AsyncIterator[AbstractChannel]:
    async with (
        asyncio.timeout(20),
        await aio_pika.connect(vhost.amqp_url(user_name(code), password)) as connection,
    ):
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def publish(channel: AbstractChannel, routing_key: str, user_id: str | None = None) -> None:
    """Put one confirmed message on the departments' exchange; no queue need take it."""
    exchange = await channel.get_exchange(DEPARTMENTS_EXCHANGE, ensure=False)
    await exchange.publish(aio_pika.Message(b"{}", user_id=user_id), routing_key, mandatory=False)


@pytest.fixture(scope="module")
async def own_vhost(infrastructure: TestStack) -> AsyncIterator[Vhost]:
    """A virtual host of this module, since its departments put messages on the services' queues."""
    url, passwords = infrastructure.management_url, infrastructure.vault.rabbitmq
    made = Vhost(f"test-{secrets.token_hex(4)}", url, infrastructure.stack.addresses.amqp, passwords)
    await broker_admin.apply_topology(url, made.name, passwords)
    yield made
    await broker_admin.delete_vhost(url, made.name)


@pytest.fixture
async def code(own_vhost: Vhost) -> AsyncIterator[str]:
    """A department whose broker user is removed afterwards: users are not bound to a virtual host."""
    made = fresh("dep")
    yield made
    async with aiohttp.ClientSession() as http:
        await http.delete(f"{own_vhost.management_url}/api/users/{user_name(made)}")


@pytest.fixture(params=["memory", "rabbitmq"])
def broker(request: pytest.FixtureRequest, own_vhost: Vhost) -> tuple[BrokerUsers, Probe]:
    if request.param == "memory":
        memory = MemoryBroker()
        return memory, memory
    return RabbitUsers(own_vhost.management_url, own_vhost.name), RabbitProbe(own_vhost)


async def test_a_department_may_use_its_own_keys_and_queue_and_no_others(
    broker: tuple[BrokerUsers, Probe], code: str
) -> None:
    users, probe = broker
    await users.open(code, "password")
    assert await probe.accepts_message(code, "password", f"{code}.document.submit")
    assert await probe.gives_queue(code, "password", code)
    for other in ("finance.document.submit", f"{code}.outcome", f"{code}x.document.submit", f"x.{code}.document.x"):
        assert not await probe.accepts_message(code, "password", other)
    assert not await probe.gives_queue(code, "password", f"{code}x")


async def test_a_department_opened_again_keeps_one_password_the_newest(
    broker: tuple[BrokerUsers, Probe], code: str
) -> None:
    users, probe = broker
    for password in ("first", "first", "second"):
        await users.open(code, password)
    assert await probe.accepts_message(code, "second", f"{code}.document.submit")
    assert not await probe.accepts_message(code, "first", f"{code}.document.submit")


async def test_a_suspended_department_is_shut_out_until_resumed_with_its_old_password(
    broker: tuple[BrokerUsers, Probe], code: str
) -> None:
    users, probe = broker
    await users.open(code, "password")
    for _ in range(2):
        await users.suspend(code)
        assert not await probe.accepts_message(code, "password", f"{code}.document.submit")
        assert not await probe.gives_queue(code, "password", code)
    for _ in range(2):
        await users.resume(code)
        assert await probe.accepts_message(code, "password", f"{code}.document.submit")
        assert not await probe.accepts_message(code, "password", "finance.document.submit")


async def test_rabbitmq_takes_a_message_in_its_users_own_name_only(own_vhost: Vhost, code: str) -> None:
    await RabbitUsers(own_vhost.management_url, own_vhost.name).open(code, "password")
    key = f"{code}.document.submit"
    async with signed_in(own_vhost, code, "password") as channel:
        await publish(channel, key, user_name(code))
        with pytest.raises(aiormq.exceptions.ChannelPreconditionFailed):
            await publish(channel, key, "dept_finance")


async def test_rabbitmq_says_that_another_departments_key_is_refused(own_vhost: Vhost, code: str) -> None:
    await RabbitUsers(own_vhost.management_url, own_vhost.name).open(code, "password")
    async with signed_in(own_vhost, code, "password") as channel:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await publish(channel, "finance.document.submit")


@pytest.mark.parametrize("exchange", ["sunlight.events", "sunlight.outcomes", "sunlight.parked", "amq.topic", ""])
async def test_rabbitmq_keeps_a_department_off_every_other_exchange(own_vhost: Vhost, code: str, exchange: str) -> None:
    await RabbitUsers(own_vhost.management_url, own_vhost.name).open(code, "password")
    async with signed_in(own_vhost, code, "password") as channel:
        goal = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await goal.publish(aio_pika.Message(b"{}"), f"{code}.document.submit", mandatory=False)


async def test_rabbitmq_lets_a_department_declare_nothing(own_vhost: Vhost, code: str) -> None:
    await RabbitUsers(own_vhost.management_url, own_vhost.name).open(code, "password")
    async with signed_in(own_vhost, code, "password") as channel:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await channel.declare_queue(f"{code}.document")


async def test_an_outcome_reaches_its_department_on_rabbitmq(own_vhost: Vhost, code: str) -> None:
    await RabbitUsers(own_vhost.management_url, own_vhost.name).open(code, "password")
    async with await aio_pika.connect(own_vhost.amqp_url("publishing")) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        outcomes = await channel.get_exchange("sunlight.outcomes", ensure=False)
        await outcomes.publish(aio_pika.Message(b"accepted"), f"{code}.outcome")
    async with signed_in(own_vhost, code, "password") as channel:
        queue = await channel.get_queue(outcome_queue(code), ensure=False)
        taken = await queue.get(no_ack=True)
        assert taken is not None
        assert taken.body == b"accepted"


@pytest.mark.parametrize("ending", ["suspend", "new password"])
async def test_losing_access_closes_connections_that_are_open(own_vhost: Vhost, code: str, ending: str) -> None:
    users = RabbitUsers(own_vhost.management_url, own_vhost.name)
    await users.open(code, "password")
    async with signed_in(own_vhost, code, "password") as channel:
        await (users.suspend(code) if ending == "suspend" else users.open(code, "other"))
        await until(lambda: channel.is_closed)


@pytest.mark.parametrize("address", ["http://guest:wrong@127.0.0.1:1", "http://nobody:wrong@{host}"])
async def test_a_broker_that_is_away_or_refuses_us_is_said_to_be_unavailable(
    infrastructure: TestStack, address: str
) -> None:
    url = address.format(host=infrastructure.stack.addresses.rabbitmq_management)
    for call in (RabbitUsers(url, "v").open("audit", "p"), RabbitUsers(url, "v").suspend("audit")):
        with pytest.raises(Unavailable):
            await call


async def test_what_we_ask_of_rabbitmq_is_what_the_topology_says() -> None:
    async with recording() as (address, calls):
        await RabbitUsers(address, "a/b").open("audit", "password")
    wanted = department_calls(load(broker_admin.TOPOLOGY), "a/b", "audit", "password")
    expected = [(call.method, f"/api{call.path}", call.body) for call in wanted]
    disconnect = ("DELETE", "/api/connections/username/dept_audit", None)
    assert sorted(map(str, calls)) == sorted(map(str, [*expected, disconnect]))
