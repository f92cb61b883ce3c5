"""Whole answers to repeated public questions, in memory, for as long as the index stays as it is."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge

CACHE = Counter("sunlight_search_cache", "Answers by whether they were held", ["outcome"])
CACHE_BYTES = Gauge("sunlight_search_cache_bytes", "Size of the answers held")
Held = TypeVar("Held")
MOST_BYTES = 32 * 1024 * 1024


class AnswerCache(Generic[Held]):
    """Least recently used answers go first. All go when the generation changes: none of them may be true any more."""

    def __init__(self, entries: int, most_bytes: int = MOST_BYTES) -> None:
        self._entries = entries
        self._most_bytes = most_bytes
        self._held: OrderedDict[Hashable, tuple[Held, int]] = OrderedDict()
        self._bytes = 0
        self._generation: str | None = None

    def get(self, generation: str | None, question: Hashable) -> Held | None:
        """The answer held for this question and generation; an unknown generation (None) holds nothing."""
        if not self._entries or generation is None:
            return None
        self._turn_to(generation)
        found = self._held.get(question)
        CACHE.labels("miss" if found is None else "hit").inc()
        if found is None:
            return None
        self._held.move_to_end(question)
        return found[0]

    def put(self, generation: str | None, question: Hashable, answer: Held, size: int) -> None:
        """Hold an answer of `size` bytes, asked for while this generation was current; dropped when it is no longer."""
        if not self._entries or generation is None or generation != self._generation:
            return
        if question in self._held:
            self._bytes -= self._held.pop(question)[1]
        self._held[question] = (answer, size)
        self._bytes += size
        while len(self._held) > self._entries or self._bytes > self._most_bytes:
            _, (_, gone) = self._held.popitem(last=False)
            self._bytes -= gone
        CACHE_BYTES.set(self._bytes)

    def _turn_to(self, generation: str) -> None:
        if generation != self._generation:
            self._held.clear()
            self._bytes, self._generation = 0, generation
            CACHE_BYTES.set(0)
