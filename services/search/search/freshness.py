"""How long a publication takes to be found, measured on real events.

While the index is written, one event at a time is followed until a search finds its version; that gives
about one sample a second however many events there are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException
from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncEngine

from search.index import Names
from search.store import add_sample, recent_freshness
from shared.amqp import queue_counts
from shared.events import Event

log = structlog.get_logger(__name__)

PUBLISH_TO_SEARCHABLE = Histogram(
    "sunlight_publish_to_searchable_seconds",
    "From a document's event to the first search that finds it",
    buckets=(0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300),
)
REFRESHES = Counter("sunlight_index_refreshes", "Refreshes asked for so that a publication is found sooner")
REFRESH_SECONDS = 0.4
LOOK_AGAIN_SECONDS = 0.1
GIVE_UP_SECONDS = 60.0
FRESH = timedelta(minutes=15)  # as far back as a report looks; an older event was held up or is sent again
STALE_SECONDS = 30.0
REPORT_SECONDS = 1.0


class Refresher:
    """Asks the index to show what was written, at once when little is written, and otherwise leaves it to the index.

    The index refreshes itself once a second. A lone publication need not wait for that; under a flood no batch is
    the last for long, so nobody asks.
    """

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self._names = names
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """What was written so far should be shown."""
        self._asked.set()

    async def run(self) -> None:
        """Refresh when asked, at most every REFRESH_SECONDS, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            with suppress(OpenSearchException):  # the index does it by itself within a second
                await self._client.indices.refresh(index=self._names.write)
                REFRESHES.inc()
            await asyncio.sleep(REFRESH_SECONDS)


class FreshnessSampler:
    """Follows one event at a time to its first hit."""

    def __init__(self, engine: AsyncEngine, visible: Callable[[str, int], Awaitable[bool]]) -> None:
        self._engine = engine
        self._visible = visible
        self._next: asyncio.Queue[Event] = asyncio.Queue(maxsize=1)

    def offer(self, event: Event) -> None:
        """Follow this event if none is being followed and it is news: what is sent again says nothing of today."""
        if self._next.empty() and datetime.now(UTC) - event.time < FRESH:
            self._next.put_nowait(event)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            await self._follow(await self._next.get())

    async def _follow(self, event: Event) -> None:
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await self._seen(event)
        except TimeoutError:
            log.warning("freshness.not_seen", document=event.subject, seconds=GIVE_UP_SECONDS)
            return
        found = datetime.now(UTC)
        async with self._engine.begin() as connection:
            is_first = await add_sample(connection, str(event.id), event.subject, event.time, found)
        if is_first:
            PUBLISH_TO_SEARCHABLE.observe((found - event.time).total_seconds())

    async def _seen(self, event: Event) -> None:
        """OpenSearch tells nobody of a refresh, so there is nothing to wait on but another look."""
        while True:
            with suppress(OpenSearchException):  # away, for a moment or for longer than anybody waits
                if await self._visible(event.subject, event.sequence):
                    return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def visible_version(client: AsyncOpenSearch, names: Names) -> Callable[[str, int], Awaitable[bool]]:
    """Whether a search (not a get, which sees unrefreshed writes) shows this version or a newer one."""

    async def visible(document: str, version: int) -> bool:
        query = {"bool": {"filter": [{"ids": {"values": [document]}}, {"range": {"version": {"gte": version}}}]}}
        answer = await client.search(
            index=names.write, body={"query": query, "size": 0}, params={"filter_path": "hits.total.value"}
        )
        return bool(answer["hits"]["total"]["value"])

    return visible


class FreshnessReport:
    """Whether publications become searchable in time, as any replica of the API can tell.

    The index lags when messages wait and none has become searchable for STALE_SECONDS.
    """

    def __init__(self, engine: AsyncEngine, amqp_url: str, queue: str) -> None:
        self._engine = engine
        self._amqp_url = amqp_url
        self._queue = queue
        self._answer: dict[str, Any] = {}
        self._read_at = 0.0
        self._waiting_since: float | None = None
        self._reading = asyncio.Lock()

    async def read(self) -> dict[str, Any]:
        """`fresh`, messages `waiting`, and publish-to-searchable p50/p99 in seconds over 15 minutes."""
        async with self._reading:
            if time.monotonic() - self._read_at > REPORT_SECONDS:
                self._answer = await self._measure()
                self._read_at = time.monotonic()
            return self._answer

    async def _measure(self) -> dict[str, Any]:
        counts = await queue_counts(self._amqp_url, [self._queue])
        waiting, consumers = counts[self._queue]
        async with self._engine.connect() as connection:
            measured = await recent_freshness(connection)
        now = time.time()
        self._waiting_since = (self._waiting_since or now) if waiting else None
        last = measured.last_at.timestamp() if measured.last_at else 0.0
        lagging = self._waiting_since is not None and now - max(last, self._waiting_since) > STALE_SECONDS
        return {
            "fresh": consumers > 0 and not lagging,
            "waiting": waiting,
            "consumers": consumers,
            "samples": measured.samples,
            "p50_seconds": measured.p50,
            "p99_seconds": measured.p99,
            "last_searchable_at": measured.last_at.isoformat() if measured.last_at else None,
        }
