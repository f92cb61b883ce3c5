"""An index that is away, slow, or only half there: a clear answer in time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from opensearchpy.exceptions import RequestError

from search.app import api
from search.index import connect
from search.versions import OpenSearchFlags
from shared.consuming import DependencyAway
from shared.settings import Settings
from tests.support.serving import serving

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
PATHS = ["/api/search?q=审计", "/api/items/1", "/api/items/1/related"]


async def _slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.json_response({})


async def _dropped(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def _says(status: int, body: Any) -> Handle:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return handle


def _failed(status: int, kind: str) -> Handle:
    return _says(status, {"error": {"type": kind, "reason": kind, "root_cause": [{"type": kind}]}, "status": status})


HIT = {
    "_id": "1",
    "_source": {
        "title": "公告",
        "kind": "notice",
        "department": "audit",
        "department_name": "审计局",
        "published_at": "2026-01-01T00:00:00+00:00",
        "version": 1,
    },
    "sort": [1.0, 1, "1"],
}


@asynccontextmanager
async def engine(handle: Handle) -> AsyncIterator[str]:
    """Something that listens where OpenSearch should."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def asking(opensearch_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    nowhere = "postgresql+asyncpg://nobody:x@127.0.0.1:1/none"
    settings = Settings(service="search", opensearch_url=opensearch_url, database_url=nowhere, amqp_url="amqp://x")
    async with serving(api(settings)) as origin, aiohttp.ClientSession(origin) as http:
        yield http


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "handle",
    [
        _slow,
        _dropped,
        _failed(503, "search_phase_execution_exception"),
        _failed(429, "circuit_breaking_exception"),
        _failed(404, "index_not_found_exception"),
        _failed(500, "null_pointer_exception"),
    ],
    ids=["slow", "dropped", "no shard", "overloaded", "no index", "broken"],
)
async def test_an_index_that_cannot_answer_is_said_in_time(handle: Handle, path: str) -> None:
    async with engine(handle) as url, asking(url) as http:
        began = time.monotonic()
        async with http.get(path) as answer:
            body = await answer.json(content_type=None)
        assert (answer.status, body["type"]) == (503, "/problems/unavailable")
        assert answer.headers["Retry-After"] == "5"
        assert time.monotonic() - began < 4


async def test_an_index_that_is_not_there_is_said_at_once() -> None:
    async with asking("http://127.0.0.1:1") as http, http.get("/api/search?q=审计") as answer:
        assert answer.status == 503
        assert "暂时不可用" in (await answer.json(content_type=None))["title"]


@pytest.mark.parametrize("missing", [{"timed_out": True}, {"_shards": {"failed": 1}}], ids=["late", "shard away"])
async def test_half_an_index_says_that_there_may_be_more(missing: dict[str, Any]) -> None:
    found = {"hits": {"total": {"value": 1}, "hits": [HIT]}, **missing}
    async with engine(_says(200, found)) as url, asking(url) as http, http.get("/api/search?q=审计") as answer:
        body = await answer.json()
    assert (body["partial"], body["total"], len(body["items"])) == (True, 1, 1)


@pytest.mark.parametrize(
    ("status", "error"), [(503, DependencyAway), (429, DependencyAway), (404, DependencyAway), (400, RequestError)]
)
async def test_flags_that_cannot_be_asked_for_are_an_outage_only_while_the_index_is_away(
    status: int, error: type[Exception]
) -> None:
    async with engine(_failed(status, "some_exception")) as url:
        client = connect(url)
        with pytest.raises(error):
            await OpenSearchFlags(client, "items").flags(["1"])
        await client.close()
