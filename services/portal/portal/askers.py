"""Lets search tell many visitors from one: each request knows its visitor's code, and nothing else of them."""

from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.askers import ASKER_HEADER, asker_of

_ASKER: ContextVar[int | None] = ContextVar("asker", default=None)


class Askers:
    """Notes the code of whoever asks for a page while the page is made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = scope.get("client") or ("", 0)
            _ASKER.set(asker_of(Headers(scope=scope), peer[0]))
        await self._app(scope, receive, send)


def asker_header() -> dict[str, str]:
    """The header that tells a service the visitor's code."""
    code = _ASKER.get()
    return {} if code is None else {ASKER_HEADER: str(code)}
