"""Suggestions as they are answered: the index and the memory asked at once, nothing when the index is away."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import structlog
from prometheus_client import Histogram

from search.curation.gathering import Gathered
from search.curation.names import Suggestion
from search.spelling import Typed

log = structlog.get_logger(__name__)

SUGGEST_SECONDS = Histogram(
    "sunlight_suggest_seconds",
    "Time to answer a suggestion",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
GIVE_UP_SECONDS = 0.5
KEPT_SECONDS = 1.0
KEPT_ANSWERS = 5000


class Titles(Protocol):
    async def suggest(self, asked: Sequence[tuple[Typed, int]]) -> list[list[Suggestion]]: ...


class NamesInMemory(Protocol):
    async def suggest(self, typed: Typed) -> list[Suggestion]: ...


class Suggester:
    """Asks both. An answer is kept for a second, which is as long as the index itself takes to change."""

    def __init__(self, titles: Titles, names: NamesInMemory) -> None:
        self._titles = Gathered(titles.suggest)
        self._names = names
        self._kept: OrderedDict[tuple[str, int], tuple[float, list[Suggestion]]] = OrderedDict()

    async def close(self) -> None:
        """Give up questions that nobody waits for any more."""
        await self._titles.close()

    async def suggest(self, text: str, limit: int) -> list[Suggestion]:
        """Titles and 文号 first, then popular queries, columns and departments; at most `limit`."""
        typed = Typed.of(text)
        if not typed:
            return []
        key, now = (typed.text, limit), time.monotonic()
        at, kept = self._kept.get(key, (0.0, []))
        if kept and now - at < KEPT_SECONDS:
            return kept
        with SUGGEST_SECONDS.time():
            found = await self._ask(typed, limit)
        self._keep(key, now, found)
        return found

    async def _ask(self, typed: Typed, limit: int) -> list[Suggestion]:
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                titles, names = await asyncio.gather(self._titles.ask((typed, limit)), self._names.suggest(typed))
        except Exception as error:
            log.warning("suggest.away", error=repr(error))
            return []
        return [*titles[: max(limit - len(names), limit // 2)], *names][:limit]

    def _keep(self, key: tuple[str, int], at: float, found: list[Suggestion]) -> None:
        self._kept[key] = (at, found)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT_ANSWERS:
            self._kept.popitem(last=False)
