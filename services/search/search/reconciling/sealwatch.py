"""Documents whose content is not what was written: their seal does not fit.

Whatever changes a document, by whatever way into the engine, gives it a new sequence number. So only what was
written since the last look is read, up to a number below which nothing is under way; once a day all of it is.
(Damage below the engine, to files, is found by Lucene's own checksums.)
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.index import Names, outages
from search.mending import in_groups
from search.reconciling.store import RepairStore
from search.record import Held
from search.sealing import is_intact

PAGE = 100
LEAST_A_LOOK = 2000
LOOKS_FOR_ALL = 10
ANEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A shard read up to `position`, from its beginning if `anew`, and what was found broken on the way.

    The position may be kept only together with what was found: what lies below it is not read again for a day.
    """

    shard: int
    position: int
    anew: bool
    broken: list[Held]


class SealWatch:
    """Reads what is new in the live index. Raises DependencyAway."""

    def __init__(self, client: AsyncOpenSearch, names: Names, database: AsyncEngine) -> None:
        self._client = client
        self._alias = names.write
        self._database = database

    async def read(self, index: str) -> list[Reading]:
        """What each shard of the live index `index` holds that is new, as far as one look reads."""
        checkpoints = await self._checkpoints(index)
        return [await self._read(index, shard, checkpoint) for shard, checkpoint in checkpoints.items()]

    async def still_broken(self, documents: Iterable[str]) -> list[Held]:
        """Those of these documents that are in the index, as they were written last, and do not fit their seal."""
        found: list[Held] = []
        for group in in_groups(documents):
            with outages():
                answer = await self._client.mget(
                    index=self._alias, body={"ids": group}, params={"preference": "_primary"}
                )
            found += await asyncio.to_thread(_broken, [each for each in answer["docs"] if each.get("found")])
        return found

    async def _read(self, index: str, shard: int, checkpoint: int) -> Reading:
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
        return Reading(shard, reached, anew, found)

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


def _broken(hits: Sequence[dict[str, Any]]) -> list[Held]:
    return [_held(hit) for hit in hits if hit["_source"].get("id") != hit["_id"] or not is_intact(hit["_source"])]


def _held(hit: dict[str, Any]) -> Held:
    source = hit["_source"]
    version = source.get("version")
    known = version if isinstance(version, int) else 0
    return Held(hit["_id"], known, str(source.get("status", "")), str(source.get("content_hash", "")))
