"""The whole record into a new index, page by page, reading ahead of what is being written."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from search.batching import Batcher
from search.documents import item_document
from search.index import Refusal
from search.mending import built
from shared.events import Event

PAGE = 100
PAGES_IN_HAND = 4

Filling = Callable[[Sequence[dict[str, Any]]], Awaitable[list[Refusal | None]]]


class Snapshots(Protocol):
    """The record in pages."""

    async def snapshot(self, after: str | None, limit: int) -> tuple[list[Event], str | None]: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything up to the id `after` is written; `documents` by this page, `seconds` since the one before."""

    after: str
    documents: int
    seconds: float


async def fill(record: Snapshots, write: Filling, after: str | None) -> AsyncGenerator[Reached, None]:
    """Write everything after an id, and tell each time a page is done with all pages before it.

    Refusals are left to the comparison that follows. Raises DependencyAway.
    """
    batcher = Batcher(write)
    writing = asyncio.create_task(batcher.run())
    pages: deque[tuple[str, asyncio.Task[int]]] = deque()
    beginning = time.monotonic()
    try:
        while True:
            events, following = await record.snapshot(after, PAGE)
            if events:
                pages.append((events[-1].subject, asyncio.create_task(_write_page(batcher, events))))
            while pages and (len(pages) >= PAGES_IN_HAND or following is None):
                last, page = pages.popleft()
                documents = await page
                now = time.monotonic()
                yield Reached(last, documents, now - beginning)
                beginning = now
            if following is None:
                return
            after = following
    finally:
        for _, page in pages:
            page.cancel()
        writing.cancel()
        await asyncio.gather(writing, *(page for _, page in pages), return_exceptions=True)


async def _write_page(batcher: Batcher, events: list[Event]) -> int:
    documents = await built(item_document, events)
    await asyncio.gather(*(batcher.submit(document) for document in documents))
    return len(documents)
