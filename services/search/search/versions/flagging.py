"""The flags of versions as they stand in an OpenSearch index."""

import asyncio
from collections.abc import Sequence
from typing import Any

from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.batching import in_batches
from search.deriving import completed
from search.index import Refusal, outages, write_to
from search.mending import in_groups
from search.versions.chains import EMPTY_FLAGS
from search.versions.settling import Document, Flags, Write, all_chains, settle, write_versioned
from shared.events import DocumentStatus

CHAINS_AT_ONCE = 200
READ_AT_ONCE = 50  # whole documents, some of them statutes
FLAG_FIELDS = [*EMPTY_FLAGS, "validity"]


class OpenSearchFlags:
    """Implements `settling.FlagIndex` on one index or write alias.

    Reads by id see what was written last, refreshed or not; a rewrite at the document's own version loses against
    any newer version, which settles its chain itself.
    """

    def __init__(self, client: AsyncOpenSearch, index: str) -> None:
        self._client = client
        self._index = index

    async def flags(self, ids: Sequence[str]) -> dict[str, Flags]:
        found = await self._get(ids, ["status", *FLAG_FIELDS])
        published = [source for source in found if source["status"] == DocumentStatus.PUBLISHED.value]
        return {source["id"]: {**EMPTY_FLAGS, **_only_flags(source)} for source in published}

    async def rewrite(self, flags: dict[str, Flags]) -> dict[str, Refusal]:
        refused: dict[str, Refusal] = {}
        for group in in_groups(sorted(flags), READ_AT_ONCE):
            found = await self._get(group, None)
            published = [source for source in found if source["status"] == DocumentStatus.PUBLISHED.value]
            for batch in in_batches(await _flagged(published, flags)):
                outcomes = await write_to(self._client, self._index, batch, version_type="external_gte")
                refused |= {each["id"]: outcome for each, outcome in zip(batch, outcomes, strict=True) if outcome}
        return refused

    async def _get(self, ids: Sequence[str], fields: list[str] | None) -> list[dict[str, Any]]:
        if not ids:
            return []
        params = {"preference": "_primary"} | ({"_source_includes": ",".join(["id", *fields])} if fields else {})
        with outages():
            answer = await self._client.mget(index=self._index, body={"ids": list(ids)}, params=params)
        return [item["_source"] for item in answer["docs"] if item.get("found")]


async def _flagged(sources: Sequence[Document], flags: dict[str, Flags]) -> list[Document]:
    """The documents with other flags, made beside the loop: the words of a statute take up to 50 ms to cut."""
    return await asyncio.to_thread(lambda: [completed({**source, **flags[source["id"]]}) for source in sources])


def _only_flags(source: dict[str, Any]) -> Flags:
    return {name: source[name] for name in FLAG_FIELDS if source.get(name) is not None}


class Versions:
    """Writes documents with the flags of their chains, into any index of this installation."""

    def __init__(self, client: AsyncOpenSearch, database: AsyncEngine) -> None:
        self._client = client
        self._database = database

    async def write(self, write: Write, alias: str, documents: Sequence[Document]) -> list[Refusal | None]:
        """`write` the documents with their flags, then mend the flags of those they concern. Raises DependencyAway."""
        return await write_versioned(write, self._database, OpenSearchFlags(self._client, alias), documents)

    async def settle(self, alias: str) -> int:
        """Mend every flag in the index; how many were wrong. Raises DependencyAway."""
        keys = await all_chains(self._database)
        index = OpenSearchFlags(self._client, alias)
        slices = [keys[start : start + CHAINS_AT_ONCE] for start in range(0, len(keys), CHAINS_AT_ONCE)]
        return sum([(await settle(self._database, index, part)).rewritten for part in slices])
