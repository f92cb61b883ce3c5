"""Points in time of the index, shared by everyone who turns a page.

A point in time knows no question, so one serves all: how many are open depends on the clock, never on how many people
turn pages. Each ends by itself KEEP_MINUTES after it was opened; nothing extends it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from search.generation import Generation
from shared.problems import Unavailable

log = structlog.get_logger(__name__)

KEEP_MINUTES = 12
SHARED_SECONDS = 20.0  # so at most KEEP_MINUTES * 60 / SHARED_SECONDS = 36 are open a process; engines allow 300
UNCHANGED_SECONDS = 120.0  # so that every cursor is good for ten minutes at least

Open = Callable[[], Awaitable[str]]
Close = Callable[[list[str]], Awaitable[None]]


class Snapshots:
    """Opens a point in time when the last is too old for the state of the index."""

    def __init__(self, generation: Generation, open_one: Open, close: Close) -> None:
        self._generation = generation
        self._open = open_one
        self._close = close
        self._opened: list[tuple[float, str]] = []
        self._token: str | None = None
        self._opening = asyncio.Lock()

    async def current(self) -> str:
        """A point in time not much older than now; empty when the engine will open no more."""
        async with self._opening:
            token, now = self._generation.current(), time.monotonic()
            if self._opened:
                age = now - self._opened[-1][0]
                unchanged = token is not None and token == self._token and age < UNCHANGED_SECONDS
                if age < SHARED_SECONDS or unchanged:
                    return self._opened[-1][1]
            try:
                made = await self._open()
            except Unavailable as error:
                log.warning("snapshot.refused", error=str(error))
                return ""
            self._opened = [held for held in self._opened if now - held[0] < KEEP_MINUTES * 60]
            self._opened.append((now, made))
            self._token = token
            return made

    async def close(self) -> None:
        """Give back what this process has opened."""
        opened = [name for _, name in self._opened]
        self._opened = []
        if opened:
            await self._close(opened)
