"""How the portal asks the services: what is typed stays one segment of a path, and files are let go of."""

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Message

import portal.clients
from portal.clients import transport
from portal.clients.transport import segment
from portal.refusals import Missing
from tests.portal.conftest import Site
from tests.portal.test_security import OWN

FILE = "/api/documents/{key}/attachments/{file}"


@pytest.mark.parametrize("number", ["../../health/ready", "..", ".", "x/../../../health/ready?", "%2e%2e"])
async def test_a_number_that_is_a_path_leads_nowhere_else(http: aiohttp.ClientSession, site: Site, number: str) -> None:
    form = {"number": number, "code": "x"}
    async with http.post(f"{site.url}/requests/progress", data=form, headers=OWN) as answer:
        assert answer.status == 422


@pytest.mark.parametrize(("value", "quoted"), [("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("%2e", "%252e"), (7, "7")])
def test_a_segment_keeps_every_sign_of_its_value(value: str | int, quoted: str) -> None:
    assert segment(value) == quoted


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_what_can_be_no_segment_names_nothing(value: str) -> None:
    with pytest.raises(Missing):
        segment(value)


def _unquoted(source: str) -> list[str]:
    """Values put into paths of services without `segment`; other lists of addresses are constants or queries."""
    texts = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr)]
    paths = [text for text in texts if ast.unparse(text)[2:].startswith(("/api/", "/internal/"))]
    values = [part.value for text in paths for part in text.values if isinstance(part, ast.FormattedValue)]
    return [ast.unparse(v) for v in values if not ast.unparse(v).startswith(("segment(", "urlencode("))]


def test_every_client_quotes_what_it_puts_into_a_path() -> None:
    sources = [path.read_text() for path in Path(portal.clients.__path__[0]).glob("*.py")]
    assert [value for source in sources for value in _unquoted(source)] == []
    assert _unquoted('f"/api/requests/{number}"') == ["number"]


def _serve_file(site: Site, pieces: AsyncIterator[bytes]) -> None:
    async def attachment(_: object) -> StreamingResponse:
        return StreamingResponse(pieces)

    site.services["publishing"].router.routes.insert(0, Route(FILE, attachment))


async def test_a_file_may_take_its_time_but_not_stop_coming(
    fresh_site: Site, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "STALL_SECONDS", 0.4)
    monkeypatch.setattr(transport, "UPLOAD_SECONDS", 0.4)
    never = asyncio.Event()

    async def coming() -> AsyncIterator[bytes]:
        for _ in range(8):
            with suppress(TimeoutError):
                await asyncio.wait_for(never.wait(), 0.1)
            yield b"piece"
        await never.wait()

    _serve_file(fresh_site, coming())
    async with http.get(f"{fresh_site.url}/items/d01/attachments/f1") as answer:
        assert await answer.content.readexactly(40) == b"piece" * 8
        with pytest.raises(aiohttp.ClientError):
            await answer.content.read()


async def test_a_reader_gone_before_the_first_byte_leaves_nothing_open(fresh_site: Site) -> None:
    closed = asyncio.Event()

    async def unfinished() -> AsyncIterator[bytes]:
        try:
            yield b"piece"
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        raise OSError("the reader is gone")

    _serve_file(fresh_site, unfinished())
    where = {"path": "/items/d01/attachments/f1", "raw_path": b"/items/d01/attachments/f1", "query_string": b""}
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "headers": [], **where}
    with pytest.raises((OSError, ClientDisconnect)):
        await fresh_site.app(scope, receive, send)
    await asyncio.wait_for(closed.wait(), 5)
