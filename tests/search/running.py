"""The query API on a real index, as its callers see it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from opensearchpy import AsyncOpenSearch

from search.app import api
from search.columns import keep_column
from search.documents import item_document
from search.index import Names, connect, ensure_index, write_items
from shared.database import create_engine
from shared.events import Event
from shared.roles import Role
from shared.settings import Settings
from tests.support.issuing import Issuer, issuing
from tests.support.serving import serving


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


class Service:
    """Asks over HTTP and writes beside it, straight into the index."""

    def __init__(
        self,
        origin: str,
        http: aiohttp.ClientSession,
        client: AsyncOpenSearch,
        names: Names,
        issuer: Issuer,
        settings: Settings,
    ) -> None:
        self._http = http
        self.origin = origin
        self._issuer = issuer
        self.client = client
        self.names = names
        self.settings = settings

    async def get(self, path: str, role: Role | None = None, headers: Any = None, **params: Any) -> Answer:
        """One question; a parameter may be a list. With a role, as a member of staff."""
        pairs = [(name.rstrip("_"), str(one)) for name, given in params.items() for one in _each(given)]
        sent = {**(headers or {}), **(self._issuer.headers("staff", [role]) if role else {})}
        async with self._http.get(path, params=pairs, headers=sent) as answer:
            body = await answer.json(content_type=None) if answer.status != 304 else None
            return Answer(answer.status, body, answer.headers)

    async def search(self, **params: Any) -> Any:
        """The body of an answer that must be there."""
        answer = await self.get("/api/search", **params)
        assert answer.status == 200, answer.body
        return answer.body

    async def ids(self, **params: Any) -> list[str]:
        return [item["id"] for item in (await self.search(**params))["items"]]

    async def pages(self, **params: Any) -> list[list[str]]:
        """The ids of every page, by following the cursors."""
        found: list[list[str]] = []
        cursor = ""
        while True:
            body = await self.search(**params, cursor=cursor)
            found.append([item["id"] for item in body["items"]])
            cursor = body["next_cursor"]
            if not cursor:
                return found

    async def index(self, *events: Event) -> None:
        """Write these events' documents, visible at once."""
        documents = [item_document(event) for event in events]
        assert await write_items(self.client, self.names, documents) == [None] * len(events)
        await self.refresh()

    async def refresh(self) -> None:
        await self.client.indices.refresh(index=self.names.write)


def _each(given: Any) -> Sequence[Any]:
    return given if isinstance(given, list | tuple) else [given]


@asynccontextmanager
async def running(opensearch_url: str, index_prefix: str, database_url: str, **changed: Any) -> AsyncIterator[Service]:
    """A query API with an index of its own; `changed` are further settings."""
    client, names = connect(opensearch_url), Names(index_prefix.rstrip("-"))
    await ensure_index(client, names)
    async with issuing() as issuer:
        given = {"search_cache": 0, "opensearch_url": opensearch_url, **changed}
        settings = Settings(
            service="search",
            database_url=database_url,
            index_prefix=names.prefix,
            identity_url=issuer.url,
            amqp_url="amqp://127.0.0.1:1",
            **given,
        )
        async with serving(api(settings)) as origin, aiohttp.ClientSession(origin) as http:
            yield Service(origin, http, client, names, issuer, settings)
    await client.close()


async def know_columns(database_url: str, *events: Event) -> None:
    """Tell the service of columns, as their consumer does."""
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        for event in events:
            await keep_column(connection, event.data, event.sequence)  # type: ignore[arg-type]
    await engine.dispose()
