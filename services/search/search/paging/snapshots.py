"""Points in time of the index, shared by everyone who turns a page.

A point in time knows no question, so that one serves all who began before it was opened. People read a page before they
turn it, so few are needed; each process keeps at most MOST_OPEN, and beyond that pages are turned in the living index.
Each ends by itself KEEP_MINUTES after it was opened; nothing extends it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog

from search.generation import Generation
from shared.problems import Invalid, Unavailable

log = structlog.get_logger(__name__)

KEEP_MINUTES = 10
SHARED_SECONDS = 120.0  # so that every cursor is good for eight minutes at least
MOST_OPEN = 60  # a process; an engine allows 300

Open = Callable[[], Awaitable[str]]
Close = Callable[[list[str]], Awaitable[None]]


class Snapshot(NamedTuple):
    """A point in time: when it was opened (Unix time), its name, and the generation it shows if that was known."""

    at: float
    name: str
    token: str | None


class Snapshots:
    """Opens a point in time when the last is too old for what a reader has seen."""

    def __init__(self, generation: Generation, open_one: Open, close: Close) -> None:
        self._generation = generation
        self._open = open_one
        self._close = close
        self._opened: list[Snapshot] = []
        self._opening = asyncio.Lock()

    async def since(self, moment: float) -> str:
        """A point in time that shows all that was visible at `moment` (Unix time) or what replaced it since.

        Empty when no more may be opened.
        """
        async with self._opening:
            now = time.time()
            self._opened = [held for held in self._opened if now - held.at < KEEP_MINUTES * 60]
            if self._opened and now - self._opened[-1].at < SHARED_SECONDS and self._shows(self._opened[-1], moment):
                return self._opened[-1].name
            return await self._open_one(now)

    def _shows(self, held: Snapshot, moment: float) -> bool:
        token = self._generation.since(moment)
        return held.at >= moment or (token is not None and token == held.token)

    async def _open_one(self, now: float) -> str:
        if len(self._opened) >= MOST_OPEN:
            log.warning("snapshot.too_many")
            return ""
        token = self._generation.current()  # of before: if the index changes now, this snapshot is not shared by it
        try:
            name = await self._open()
        except (Unavailable, Invalid) as error:
            log.warning("snapshot.refused", error=str(error))
            return ""
        self._opened.append(Snapshot(now, name, token))
        return name

    def forget(self, name: str) -> None:
        """The engine no longer knows it, as after a restart."""
        self._opened = [held for held in self._opened if held.name != name]

    async def close(self) -> None:
        """Give back what this process has opened."""
        opened = [held.name for held in self._opened]
        self._opened = []
        if opened:
            await self._close(opened)
