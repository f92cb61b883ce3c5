"""Documents whose content is not what was written: their seal does not fit.

Whatever changes a document, by whatever way into the engine, gives it a new sequence number. So only what was
written since the last look is read, up to a number below which nothing is under way; once a day all of it is.
(Damage below the engine, to files, is found by Lucene's own checksums.)
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.index import Names, outages
from search.reconciling.store import RepairStore
from search.record import Held
from search.sealing import is_intact

PAGE = 100
LEAST_A_LOOK = 2000
LOOKS_FOR_ALL = 10
ANEW = timedelta(days=1)


class SealWatch:
    """Reads what is new in the live index. Raises DependencyAway."""

    def __init__(self, client: AsyncOpenSearch, names: Names, database: AsyncEngine) -> None:
        self._client = client
        self._alias = names.write
        self._database = database

    async def broken(self, index: str) -> list[Held]:
        """Documents of the live index `index` with a broken seal, as far as this look reads."""
        found: list[Held] = []
        for shard, checkpoint in (await self._checkpoints(index)).items():
            found += await self._broken_of(index, shard, checkpoint)
        return found

    async def _broken_of(self, index: str, shard: int, checkpoint: int) -> list[Held]:
        async with self._database.connect() as connection:
            position, begun_at = await RepairStore(connection).position(index, shard)
        anew = begun_at is None or datetime.now(UTC) - begun_at > ANEW or position > checkpoint
        after = -1 if anew else position
        budget = max(LEAST_A_LOOK, await self._documents() // LOOKS_FOR_ALL)
        found: list[Held] = []
        reached = checkpoint
        async for hits in self._since(shard, after, checkpoint):
            found += await asyncio.to_thread(_broken, hits)
            budget -= len(hits)
            if budget <= 0:
                reached = hits[-1]["sort"][0]
                break
        async with self._database.begin() as connection:
            await RepairStore(connection).put_position(index, shard, reached, anew)
        return found

    async def _checkpoints(self, index: str) -> dict[int, int]:
        """By shard, the number up to which every write is finished; then a refresh shows all of them."""
        with outages():
            answer = await self._client.indices.stats(index=index, params={"level": "shards"})
            await self._client.indices.refresh(index=index)
        shards = answer["indices"].get(index, {}).get("shards", {})
        primaries = {int(number): copies for number, copies in shards.items()}
        return {
            number: min(copy["seq_no"]["local_checkpoint"] for copy in copies if copy["routing"]["primary"])
            for number, copies in primaries.items()
            if any(copy["routing"]["primary"] for copy in copies)
        }

    async def _documents(self) -> int:
        with outages():
            return int((await self._client.count(index=self._alias))["count"])

    async def _since(self, shard: int, after: int, upto: int) -> AsyncIterator[list[dict[str, Any]]]:
        while after < upto:
            body = {
                "query": {"range": {"_seq_no": {"gt": after, "lte": upto}}},
                "sort": [{"_seq_no": "asc"}],
                "size": PAGE,
                "track_total_hits": False,
            }
            with outages():
                params = {"preference": f"_shards:{shard}|_primary"}
                answer = await self._client.search(index=self._alias, body=body, params=params)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"][0]


def _broken(hits: list[dict[str, Any]]) -> list[Held]:
    return [_held(hit) for hit in hits if hit["_source"].get("id") != hit["_id"] or not is_intact(hit["_source"])]


def _held(hit: dict[str, Any]) -> Held:
    source = hit["_source"]
    version = source.get("version")
    known = version if isinstance(version, int) else 0
    return Held(hit["_id"], known, str(source.get("status", "")), str(source.get("content_hash", "")))
