"""The identity service on a real database behind a real socket, with the means to call it as anybody."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.app import assemble
from identity.passwords import Passwords
from identity.store import metadata
from identity.tokens import TokenIssuer
from shared.auth import Principal
from shared.database import create_engine
from shared.migrations import migrate
from shared.roles import EVERY_DEPARTMENT, Role
from shared.settings import Settings
from tests.identity.memory_broker import MemoryBroker
from tests.support.serving import serving

GOOD_PASSWORD = "Sunlight-Lantern-42"


def quick_passwords() -> Passwords:
    """argon2id with next to no work, so that tests do not wait for it."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def fresh(prefix: str) -> str:
    """A name nobody else in this run has: a department's code or a user name."""
    return f"{prefix}_{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]
    """Names in lower case."""

    @property
    def etag(self) -> str:
        return self.headers["etag"]


@dataclass
class Service:
    """The running service; `broker` can be sent away."""

    engine: AsyncEngine
    broker: MemoryBroker
    http: aiohttp.ClientSession

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        form: dict[str, str] | None = None,
        **headers: Any,
    ) -> Answer:
        """Call the API; further keyword arguments are headers, with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        async with self.http.request(method, path, json=body, data=form, headers=sent) as answer:
            json_body = "json" in answer.headers.get("Content-Type", "")
            content = await answer.json(content_type=None) if json_body else await answer.text()
            return Answer(answer.status, content, {name.lower(): value for name, value in answer.headers.items()})

    async def as_admin(self, method: str, path: str, body: Any = None, **headers: Any) -> Answer:
        token = await self.token((Role.ADMIN, EVERY_DEPARTMENT))
        return await self.call(method, path, body, token=token, **headers)

    async def token(self, *grants: tuple[Role, str]) -> str:
        """A token of somebody with these grants."""
        who = Principal("someone", "某人", frozenset((str(role), where) for role, where in grants))
        return await TokenIssuer(self.engine).issue(who)

    async def new_department(self) -> str:
        code = fresh("dep")
        created = await self.as_admin("PUT", f"/api/departments/{code}", {"name": "样例局"})
        assert created.status == 200
        return code

    async def new_system(self, code: str, **headers: Any) -> dict[str, str]:
        created = await self.as_admin("POST", f"/api/departments/{code}/systems", {"name": "业务系统"}, **headers)
        assert created.status == 201, created.body
        found: dict[str, str] = created.body
        return found

    async def new_person(self, *grants: tuple[Role, str], password: str = GOOD_PASSWORD) -> str:
        username = fresh("person")
        body = {"name": "林知秋", "grants": [list(grant) for grant in grants], "password": password}
        assert (await self.as_admin("PUT", f"/api/staff/{username}", body)).status == 200
        return username

    async def sign_in(self, username: str, password: str = GOOD_PASSWORD) -> Answer:
        return await self.call("POST", "/internal/sessions", {"username": username, "password": password})

    async def current(self, session: str) -> Answer:
        return await self.call("POST", "/internal/sessions/current", {"session": session})

    async def client_token(self, client_id: str, secret: str) -> Answer:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        return await self.call("POST", "/api/token", form=form)


async def migrated(database_url: str) -> AsyncEngine:
    await migrate("identity", metadata, database_url)
    return create_engine(database_url)


@asynccontextmanager
async def running(database_url: str, state: Path) -> AsyncIterator[Service]:
    """The service on this database; it is migrated first."""
    engine = await migrated(database_url)
    broker = MemoryBroker()
    settings = Settings(service="identity", state=state, database_url=database_url)
    app = assemble(settings, create_engine(database_url), broker, quick_passwords())
    async with serving(app) as address, aiohttp.ClientSession(address) as http:
        yield Service(engine, broker, http)
    await engine.dispose()
