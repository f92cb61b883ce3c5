"""The lists' routes behind a socket, over an index of their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import pytest_asyncio
from fastapi import FastAPI
from multidict import CIMultiDictProxy
from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.handlers import understood
from search.index import Names, write_items
from search.lists.export import export_router
from search.lists.feed import feed_router
from search.vocabulary import shipped
from shared.events import Event
from shared.problems import install_problems
from tests.support.serving import serving

PUBLIC = "https://xxgk.example"
UNDERSTAND = partial(understood, vocabulary=shipped())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


@dataclass(frozen=True)
class Lists:
    """The routes, and the index they read."""

    url: str
    http: aiohttp.ClientSession
    client: AsyncOpenSearch
    names: Names

    async def publish(self, *events: Event) -> None:
        documents = [item_document(event) for event in events]
        for start in range(0, len(documents), 500):
            part = documents[start : start + 500]
            assert await write_items(self.client, self.names, part) == [None] * len(part)
        await self.client.indices.refresh(index=self.names.write)

    async def get(self, path: str, headers: Any = None, **params: Any) -> Answer:
        async with self.http.get(self.url + path, params=params, headers=headers) as answer:
            return Answer(answer.status, answer.headers, await answer.read())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lists(client: AsyncOpenSearch, names: Names) -> AsyncIterator[Lists]:
    app = FastAPI()
    install_problems(app)
    app.include_router(feed_router(client, names, PUBLIC + "/", UNDERSTAND))
    app.include_router(export_router(client, names, PUBLIC, UNDERSTAND))
    async with serving(app) as url, aiohttp.ClientSession() as http:
        yield Lists(url, http, client, names)
