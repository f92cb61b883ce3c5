"""Which state of the published index answers now: a token that changes whenever an answer may.

Everything held in memory of answers (caches, lexicon) is keyed by it, so that what is withdrawn leaves them all within
a second of leaving the index.
"""

import asyncio
import time
from typing import Any

import structlog
from opensearchpy import AsyncOpenSearch
from prometheus_client import Counter

from search.index import Names

log = structlog.get_logger(__name__)

GENERATIONS = Counter("sunlight_index_generations", "Times the index was seen to have changed: what is held is dropped")
READ_EVERY_SECONDS = 0.4
STALE_SECONDS = 0.9
IDLE_SECONDS = 60.0
READ_TIMEOUT_SECONDS = 1


class Generation:
    """The token, read in the background while anybody asks for it.

    It is made of the physical indices behind the read alias and, per shard, of the highest sequence number among what
    is searchable and of how many that are: tombstones count too, so a withdrawal changes it, and what is deleted
    outright is missed. Copies of a shard refresh at different moments,
    so that with replicas a token is no proof before every copy has had the time to refresh: see `settled`.
    """

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self._names = names
        self._token: str | None = None
        self._read_at = 0.0
        self._wanted_at = 0.0
        self._changed_at = 0.0
        self._copies = False

    def current(self) -> str | None:
        """The token, at most STALE_SECONDS old; None when it is not known now (then hold nothing, trust nothing)."""
        self._wanted_at = now = time.monotonic()
        return self._token if now - self._read_at <= STALE_SECONDS else None

    def since(self, moment: float) -> str | None:
        """The token if it was read at or after a moment (Unix time), else None."""
        token = self.current()
        return token if time.time() - (time.monotonic() - self._read_at) >= moment else None

    def settled(self) -> bool:
        """Whether an answer given now may be kept under the token: with replicas, two seconds after its change."""
        return not self._copies or time.monotonic() - self._changed_at > 2

    async def run(self) -> None:
        """Read the token again and again until cancelled, while it was asked for within IDLE_SECONDS."""
        while True:
            if time.monotonic() - self._wanted_at < IDLE_SECONDS:
                try:
                    await self.read()
                except Exception as error:
                    log.warning("generation.not_read", error=repr(error))
            await asyncio.sleep(READ_EVERY_SECONDS)

    async def read(self) -> None:
        """Read the token once. Raises the client's errors."""
        began = time.monotonic()
        params = {"filter_path": "*.settings.index.number_of_*", "request_timeout": READ_TIMEOUT_SECONDS}
        settings: dict[str, Any] = await self._client.indices.get_settings(index=self._names.read, params=params)
        parts = []
        for index, held in sorted(settings.items()):
            numbers = held["settings"]["index"]
            self._copies = numbers["number_of_replicas"] != "0"
            parts += [f"{index}:{await self._state(index, shard)}" for shard in range(int(numbers["number_of_shards"]))]
        token = " ".join(parts)
        if token != self._token:
            self._changed_at = time.monotonic()
            GENERATIONS.inc()
        self._token, self._read_at = token, began

    async def _state(self, index: str, shard: int) -> str:
        body = {"size": 0, "track_total_hits": True, "aggs": {"newest": {"max": {"field": "_seq_no"}}}}
        params = {
            "preference": f"_shards:{shard}",
            "filter_path": "aggregations.newest.value,hits.total.value",
            "request_timeout": READ_TIMEOUT_SECONDS,
        }
        answer = await self._client.search(index=index, body=body, params=params)
        return f"{int(answer['aggregations']['newest']['value'] or 0)}/{answer['hits']['total']['value']}"
