"""Answers that are streamed from something that must be given back."""

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Download(StreamingResponse):
    """A streamed answer that gives back what it holds, also when the reader goes away before the first byte."""

    def __init__(self, content: AsyncIterable[bytes], release: Callable[[], Awaitable[None]], **how: Any) -> None:
        super().__init__(content, **how)
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._release()
