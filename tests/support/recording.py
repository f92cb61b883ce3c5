"""An HTTP server that answers 204 to everything and remembers what it was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Recorded = tuple[str, str, Any]


@asynccontextmanager
async def recording() -> AsyncIterator[tuple[str, list[Recorded]]]:
    """Yields the server's address and the growing list of (method, path as sent, JSON body)."""
    calls: list[Recorded] = []

    async def remember(request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        calls.append((request.method, request.raw_path, body))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", remember)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/"), calls
