"""How much may be sent to which page."""

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest

from portal.limits import FORM, PUBLIC_FORM, UPLOAD, limit_of
from tests.portal.conftest import Site
from tests.portal.test_security import OWN, sign_in


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/requests/new", PUBLIC_FORM),
        ("/sign-in", PUBLIC_FORM),
        ("/console", PUBLIC_FORM),
        ("/console/requests/2026-audit-00007/act", FORM),
        ("/console/documents/d01/review", FORM),
        ("/console/documents/new", UPLOAD),
        ("/console/documents/d01/edit", UPLOAD),
    ],
)
def test_only_pages_that_take_files_take_much(path: str, limit: int) -> None:
    assert limit_of(path) == limit


async def _in_pieces(size: int) -> AsyncIterator[bytes]:
    yield b"code="
    for _ in range(size // 1024 + 1):
        yield b"x" * 1024


@pytest.mark.parametrize("declared", [True, False])
async def test_too_much_for_a_public_form_is_refused_with_a_page(
    http: aiohttp.ClientSession, site: Site, declared: bool
) -> None:
    headers = OWN | {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"code=" + b"x" * PUBLIC_FORM if declared else _in_pieces(PUBLIC_FORM)
    async with http.post(f"{site.url}/requests/progress", data=body, headers=headers) as answer:
        html = await answer.text()
        assert (answer.status, answer.content_type) == (413, "text/html")
        assert "Content-Security-Policy" in answer.headers
    assert "提交的内容过大" in html
    assert "256 KiB" in html


async def test_a_public_form_of_ordinary_length_is_taken(http: aiohttp.ClientSession, site: Site) -> None:
    form = {"number": "x" * 100_000, "code": ""}
    async with http.post(f"{site.url}/requests/progress", data=form, headers=OWN) as answer:
        assert answer.status == 422


async def test_a_document_with_a_large_file_is_taken(fresh_site: Site, http: aiohttp.ClientSession) -> None:
    data = aiohttp.FormData({"csrf": await sign_in(http, fresh_site, "author"), "title": "", "department": "audit"})
    data.add_field("files", io.BytesIO(bytes(2 * FORM)), filename="large.txt", content_type="text/plain")
    async with http.post(f"{fresh_site.url}/console/documents/new", data=data, headers=OWN) as answer:
        assert answer.status == 422
        assert "large.txt" in await answer.text()
