"""The query API with a database and an index of its own, and editors to sign in as."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.app import api
from search.documents import item_document
from search.index import Names, write_items
from shared.events import Event
from shared.roles import Role
from shared.settings import Settings
from tests.support.issuing import Issuer, issuing
from tests.support.serving import serving

Answer = tuple[int, Any, dict[str, str]]


@dataclass(frozen=True)
class Office:
    """A running query API with its index, its database, and one who signs tokens for it."""

    url: str
    settings: Settings
    client: AsyncOpenSearch
    names: Names
    engine: AsyncEngine
    issuer: Issuer

    async def index(self, *events: Event) -> None:
        assert await write_items(self.client, self.names, [item_document(event) for event in events]) == [None] * len(
            events
        )
        await self.client.indices.refresh(index=self.names.write)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        role: Role | None = Role.CATALOGUE_EDITOR,
        headers: dict[str, str] | None = None,
        **params: str | int,
    ) -> Answer:
        """As an editor; with another role, or None as the public."""
        sent = dict(headers or {}) | (self.issuer.headers(f"a-{role.value}", [role]) if role else {})
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.url + path, json=body, headers=sent, params=params) as response,
        ):
            content = await response.json() if response.status != 204 else None
            return response.status, content, {name.lower(): value for name, value in response.headers.items()}

    async def suggestions(self, typed: str) -> list[str]:
        _, answer, _ = await self.ask("GET", "/api/suggest", role=None, q=typed)
        return [item["text"] for item in answer["items"]]

    async def search(self, q: str, asker: int = 1) -> dict[str, Any]:
        status, answer, _ = await self.ask("GET", "/api/search", role=None, headers={"X-Asker": str(asker)}, q=q)
        assert status == 200, answer
        return dict(answer)


@pytest.fixture(scope="module")
async def office(
    database_url: str, engine: AsyncEngine, opensearch_url: str, client: AsyncOpenSearch, names: Names
) -> AsyncIterator[Office]:
    async with issuing() as issuer:
        settings = Settings(
            service="search",
            database_url=database_url,
            opensearch_url=opensearch_url,
            index_prefix=names.prefix,
            identity_url=issuer.url,
        )
        async with serving(api(settings)) as url:
            yield Office(url, settings, client, names, engine, issuer)


@asynccontextmanager
async def another_replica(office: Office) -> AsyncIterator[Office]:
    """A second process's worth of the same API."""
    async with serving(api(office.settings)) as url:
        yield Office(url, office.settings, office.client, office.names, office.engine, office.issuer)
