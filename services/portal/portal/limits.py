"""How much may be sent to a page: files for documents are large, every form besides is small."""

import asyncio
import re
from contextlib import suppress

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.security import refusal
from portal.translations import _
from shared.web import BodyLimit

KIB = 1024
PUBLIC_FORM, FORM, UPLOAD = 256 * KIB, 1024 * KIB, 64 * 1024 * KIB
DISCARDED, DISCARD_SECONDS = 8 * 1024 * KIB, 5.0
_UPLOADS = re.compile(r"/console/documents/(?:new|[^/]+/edit)")


def limit_of(path: str) -> int:
    """How many bytes may be sent to an address."""
    if _UPLOADS.fullmatch(path):
        return UPLOAD
    return FORM if path.startswith("/console/") else PUBLIC_FORM


class FormLimits:
    """Refuses what is too large for its page, with a page that says how much is not."""

    def __init__(self, app: ASGIApp) -> None:
        self._limited = {limit: BodyLimit(app, limit, TooLarge) for limit in (PUBLIC_FORM, FORM, UPLOAD)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._limited[limit_of(scope.get("path", ""))](scope, receive, send)


class TooLarge:
    """The answer to a body over the limit."""

    def __init__(self, limit: int) -> None:
        self._size = f"{limit // KIB} KiB" if limit < FORM else f"{limit // FORM} MiB"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                await _discard(receive)
        why = _(
            "一次最多提交 %(size)s，这次提交没有执行。请返回上一页，缩短文字或分次上传附件，再重新提交。",
            size=self._size,
        )
        page = HTMLResponse(refusal(_("提交的内容过大"), why), 413, {"Connection": "close"})
        await page(scope, receive, send)


async def _discard(receive: Receive) -> None:
    """Let a body of moderate size arrive: a browser that is cut off while it sends does not show the answer."""
    read, more = 0, True
    while more and read < DISCARDED:
        message = await receive()
        read += len(message.get("body", b""))
        more = message.get("more_body", False)
