"""The lexicon read from the public alias: only what is published now can be suggested or recognised."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import structlog
from opensearchpy import AsyncOpenSearch

from search.deriving import NATIONAL
from search.index import Names
from search.lexicon import RARE, Lexicon, Title, build
from search.understanding.stopwords import STOPWORDS
from search.vocabulary import shipped
from shared.events import DocumentStatus

LOOK_SECONDS = 2
REBUILD_SECONDS = 60
SHARE = 0.04  # of the time, at most, goes into rebuilding while documents keep coming
PAGE = 5000
MOST_WORDS = 60_000
_CHINESE = re.compile(r"[一-鿿]{1,8}")

log = structlog.get_logger(__name__)


class HeldLexicon:
    """The lexicon of the moment, in memory; it follows the published index in the background."""

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self.current = Lexicon()
        self._client = client
        self._names = names
        self._seen: object = None
        self._hidden = 0
        self._next_at = float("-inf")

    async def run(self) -> None:
        """Rebuild whenever what is published has changed, at most once a minute, less often where it is large.

        Never returns.

        A withdrawal does not wait: a title that is no longer public must not be offered as what was meant.
        An index that does not answer leaves the old lexicon in place; questions are read without one at first.
        """
        while True:
            try:
                await self._look()
            except Exception as error:
                log.warning("lexicon not rebuilt", action="lexicon", error=repr(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        query = {"query": {"term": {"status": DocumentStatus.WITHDRAWN.value}}}
        hidden = int((await self._client.count(index=self._names.write, body=query))["count"])
        began = time.monotonic()
        if hidden != self._hidden or began >= self._next_at:
            await self.follow()
            self._hidden = hidden
            self._next_at = began + max(REBUILD_SECONDS, (time.monotonic() - began) / SHARE)

    async def follow(self) -> None:
        """Rebuild if what is published has changed since."""
        stats = await self._client.indices.stats(index=self._names.read, metric="docs,indexing")
        state = {name: (index["primaries"]) for name, index in stats["indices"].items()}
        if state != self._seen:
            counted = await read_counts(self._client, self._names)
            self.current = await asyncio.to_thread(build, *counted, _typed_words())
            self._seen = state


def _typed_words() -> tuple[str, ...]:
    """Everyday words that no document need hold, so that they can be typed in pinyin."""
    words = {*STOPWORDS, *shipped().entries()}
    return tuple(sorted(word for word in words if _CHINESE.fullmatch(word)))


async def read_counts(client: AsyncOpenSearch, names: Names) -> tuple[list[Title], dict[str, int]]:
    """Every title, and every word that at least two documents hold with their number."""
    titles = [title async for title in _titles(client, names)]
    words = {"terms": {"field": "lexicon", "size": MOST_WORDS, "min_doc_count": RARE}}
    answer = await client.search(index=names.read, body={"size": 0, "aggs": {"words": words}})
    return titles, {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["words"]["buckets"]}


async def _titles(client: AsyncOpenSearch, names: Names) -> AsyncIterator[Title]:
    after: dict[str, Any] | None = None
    while True:
        sources = [
            {"name": {"terms": {"field": "short_title"}}},
            {"level": {"terms": {"field": "level", "missing_bucket": True}}},
        ]
        pages: dict[str, Any] = {"size": PAGE, "sources": sources, **({"after": after} if after else {})}
        answer = await client.search(index=names.read, body={"size": 0, "aggs": {"titles": {"composite": pages}}})
        for bucket in answer["aggregations"]["titles"]["buckets"]:
            yield Title(bucket["key"]["name"], bucket["key"]["level"] == NATIONAL)
        after = answer["aggregations"]["titles"].get("after_key")
        if not after:
            return
