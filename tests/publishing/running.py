"""The publishing service on a real database and a real broker, with the means to call it as anybody."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aio_pika
import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine

from launcher import broker_admin, topology
from publishing.app import api, worker
from publishing.store.directory import DirectoryStore
from shared.events import ColumnState, DepartmentState, DepartmentSystem, new_id
from shared.roles import Role
from shared.settings import Settings
from tests.support.infrastructure import Vhost
from tests.support.issuing import Issuer, issuing
from tests.support.serving import serving
from tests.support.waiting import until

PASSWORD = "for-tests-only"
DEPARTMENTS = {"audit": ("审计局", True), "finance": ("财政局", False)}
"""Code to name and whether its system is trusted."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Service:
    """The running service; `outcomes` holds what departments were answered, by the message's id."""

    engine: AsyncEngine
    http: aiohttp.ClientSession
    issuer: Issuer
    url: str
    vhost: Vhost
    channel: aio_pika.abc.AbstractChannel
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def call(self, method: str, path: str, who: dict[str, str] | None = None, **request: Any) -> Answer:
        """Call the API; `who` is what `as_staff` or `as_system` gave, further arguments are aiohttp's."""
        headers = {**(who or {}), **request.pop("headers", {})}
        async with self.http.request(method, path, headers=headers, **request) as answer:
            is_json = "json" in answer.headers.get("Content-Type", "")
            body = await (answer.json(content_type=None) if is_json else answer.read())
            return Answer(answer.status, body, {name.lower(): value for name, value in answer.headers.items()})

    def as_staff(self, name: str, *roles: Role, department: str = "audit") -> dict[str, str]:
        return self.issuer.headers(name, roles, department)

    def as_system(self, department: str = "audit") -> dict[str, str]:
        return self.issuer.headers(f"{department}-client", [Role.DEPARTMENT_SYSTEM], department)

    async def send(
        self,
        body: bytes | dict[str, Any],
        *,
        department: str = "audit",
        action: str = "submit",
        user: str | None = "dept_audit",
        headers: dict[str, Any] | None = None,
    ) -> str:
        """Put a message on the departments' exchange as the broker's administrator, and return its ce-id."""
        message_id = str(new_id())
        given = body if isinstance(body, dict) else {}
        attributes: dict[str, Any] = {
            "ce-id": message_id,
            "ce-type": f"sunlight.submission.{action}.v1",
            "ce-subject": str(given.get("external_id", "x")),
            "ce-sequence": str(given.get("sequence", 1)),
            **(headers or {}),
        }
        content = json.dumps(body, ensure_ascii=False).encode() if isinstance(body, dict) else body
        channel = self.channel if user is None else await self._channel_of(user)
        exchange = await channel.get_exchange("sunlight.departments", ensure=False)
        message = aio_pika.Message(content, headers=attributes, message_id=message_id, user_id=user)
        await exchange.publish(message, f"{department}.document.{action}", mandatory=True)
        if channel is not self.channel:
            await channel.close()
        return message_id

    async def _channel_of(self, user: str) -> aio_pika.abc.AbstractChannel:
        if user not in self._connections:
            self._connections[user] = await aio_pika.connect(self.vhost.amqp_url(user, PASSWORD))
        return await self._connections[user].channel()

    _connections: dict[str, aio_pika.abc.AbstractConnection] = field(default_factory=dict)

    async def answer(self, message_id: str) -> dict[str, Any]:
        """The outcome of a message, once it has come."""
        await until(lambda: message_id in self.outcomes)
        return self.outcomes[message_id]

    async def parked(self, message_id: str) -> str:
        """Why a message was parked, once it is."""
        found: list[str] = []

        async def look() -> bool:
            operator = self.issuer.headers("op", [Role.OPERATOR])
            listed = await self.call("GET", "/internal/parked", operator)
            found.extend(each["reason"] for each in listed.body if each["event_id"] == message_id)
            return bool(found)

        await until(look)
        return found[0]

    async def close(self) -> None:
        for connection in self._connections.values():
            await connection.close()


async def announce_directory(engine: AsyncEngine) -> None:
    """Departments with one system each, and a column, as events would have told."""
    async with engine.begin() as connection:
        store = DirectoryStore(connection)
        for code, (name, trusted) in DEPARTMENTS.items():
            system = DepartmentSystem(client_id=f"{code}-client", broker_user=f"dept_{code}", trusted=trusted)
            await store.put_department(DepartmentState(code=code, name=name, systems=(system,)), 1)
        column = ColumnState(code="notices", name="通知公告", kind="notices", department="audit")
        await store.put_column(column, 1)


@asynccontextmanager
async def running(engine: AsyncEngine, database_url: str, vhost: Vhost, state: Path) -> AsyncIterator[Service]:
    """API and worker; departments' broker users and outcome queues are made as identity makes them."""
    layout = topology.load(broker_admin.TOPOLOGY)
    for code in [*DEPARTMENTS, "ghost"]:
        calls = topology.department_calls(layout, vhost.name, code, PASSWORD)
        await broker_admin.apply_calls(vhost.management_url, calls)
    async with AsyncExitStack() as stack:
        issuer = await stack.enter_async_context(issuing())
        settings = Settings(
            service="publishing",
            database_url=database_url,
            amqp_url=vhost.amqp_url("publishing"),
            identity_url=issuer.url,
            state=state,
        )
        url = await stack.enter_async_context(serving(api(settings)))
        await stack.enter_async_context(worker(settings).running())
        http = await stack.enter_async_context(aiohttp.ClientSession(url))
        connection = await stack.enter_async_context(await aio_pika.connect(vhost.amqp_url("admin")))
        service = Service(engine, http, issuer, url, vhost, await connection.channel())
        for code in DEPARTMENTS:
            queue = await service.channel.get_queue(f"{code}.outcome", ensure=False)
            await queue.consume(_remember(service), no_ack=True)
        yield service
        await service.close()


def _remember(service: Service) -> Any:
    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        outcome = json.loads(message.body)
        service.outcomes[outcome["in_reply_to"]] = outcome

    return take
