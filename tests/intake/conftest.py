"""A migrated database of the intake service, and the service over it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest_asyncio
from multidict import CIMultiDictProxy
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from intake.app import api, seed
from intake.domain.office import Department
from intake.store.office import StoredDepartments
from intake.store.tables import metadata, requests
from shared.migrations import migrate
from shared.roles import Role
from shared.settings import Settings
from tests.intake.fakes import TEST_KEY
from tests.intake.sample import FILING
from tests.support.infrastructure import DatabaseFactory
from tests.support.issuing import Issuer, issuing
from tests.support.serving import serving


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("intake")
    await migrate("intake", metadata, url)
    return url


@dataclass(frozen=True)
class Answer:
    """What the service answered; `body` is the JSON."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any

    @property
    def version(self) -> dict[str, str]:
        """The header that changes what was answered."""
        return {"If-Match": self.headers["ETag"]}


@dataclass(frozen=True)
class Service:
    """The service behind a socket, over a real database, with someone who can sign tokens."""

    url: str
    engine: AsyncEngine
    settings: Settings
    issuer: Issuer
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        url = URL(self.url + path, encoded="%" in path)
        async with self.session.request(method, url, **how) as response:
            kind = response.headers.get("Content-Type", "")
            body = await (response.json(content_type=None) if "json" in kind else response.text())
            return Answer(response.status, response.headers, body)

    def staff(self, *roles: Role, department: str = "audit", subject: str = "") -> dict[str, str]:
        """Headers of someone with these roles in the department; by default named after the roles."""
        return self.issuer.headers(subject or "-".join(roles), roles, department)

    async def file(self, **changes: Any) -> dict[str, Any]:
        """The receipt of a new request."""
        answer = await self.ask("POST", "/api/requests", json={**FILING, **changes})
        assert answer.status == 201, answer.body
        receipt: dict[str, Any] = answer.body
        return receipt

    async def act(self, number: str, action: str, role: Role, version: int, **form: Any) -> Answer:
        headers = {**self.staff(role), "If-Match": f'"{version}"'}
        return await self.ask("POST", f"/api/requests/{number}/{action}", json=form, headers=headers)

    async def letter(self, received: str, **changes: Any) -> dict[str, Any]:
        body = {**FILING, "channel": "letter", "received_on": received, **changes}
        headers = self.staff(Role.REGISTRAR, department=body["department"])
        answer = await self.ask("POST", "/api/requests", json=body, headers=headers)
        assert answer.status == 201, answer.body
        receipt: dict[str, Any] = answer.body
        return receipt

    async def serve(self, number: str, outcome: str = "R3.1") -> None:
        steps: list[tuple[str, Role, dict[str, Any]]] = [
            ("register", Role.REGISTRAR, {}),
            ("accept", Role.HANDLER, {}),
            ("draft", Role.HANDLER, {"text": "标记水库答复全文"}),
            ("reply", Role.HANDLER, {"outcome": outcome}),
            ("approve", Role.APPROVER, {}),
            ("serve", Role.HANDLER, {"text": "电子邮件送达"}),
            ("close", Role.REGISTRAR, {}),
        ]
        for version, (action, role, form) in enumerate(steps, start=1):
            answer = await self.act(number, action, role, version, **form)
            assert answer.status == 200, answer.body

    async def count(self) -> int:
        async with self.engine.connect() as connection:
            return (await connection.execute(select(func.count()).select_from(requests))).scalar_one()

    async def someone_waits(self) -> bool:
        """Whether a transaction waits for another's lock."""
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with self.engine.connect() as connection:
            return await connection.scalar(text(query)) is not None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(database_url: str, engine: AsyncEngine) -> AsyncIterator[Service]:
    async with issuing() as issuer:
        settings = Settings(service="intake", database_url=database_url, identity_url=issuer.url, data_key=TEST_KEY)
        await seed(settings)
        async with engine.begin() as connection:
            departments = StoredDepartments(connection)
            await departments.put(Department("audit", "审计局", "审计", True, 1))
            await departments.put(Department("finance", "财政局", "财政", True, 1))
        async with serving(api(settings)) as url, aiohttp.ClientSession() as session:
            yield Service(url, engine, settings, issuer, session)
