"""A whole rebuild of the installation's index, beside bulks of the same bodies into an index of the same settings."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

from opensearchpy import AsyncOpenSearch

from search.deriving import completed
from search.index import Names, connect, create_index, write_to
from search.rebuilding.aliases import UNHURRIED
from shared.events import DocumentStatus
from sunlight.reindexing import Wanted, reindex
from tests.bench.figures import Figure
from tests.bench.stack import Running

PAGE = 1000
BULK = 200


async def measure(stack: Running) -> list[Figure]:
    """Fill a new index from the record, write the same again by hand, and leave the live index as it was."""
    found = await reindex(stack.installation, Wanted.REBUILD, hold=True, skip_gate=True, tell=lambda _: None)
    rebuild = found["rebuilds"][0]
    seconds = rebuild["figures"]["fill_seconds"]
    client = connect(stack.opensearch)
    try:
        written, alone = await _by_hand(client, Names(stack.index_prefix).next)
    finally:
        await reindex(stack.installation, Wanted.CANCEL, hold=False, skip_gate=False, tell=lambda _: None)
        await client.close()
    note = f"{rebuild['written']} documents from publishing's record; limit: bulks of {BULK} by two writers"
    return [Figure("rebuild", "documents/s", rebuild["written"] / seconds, written / alone, "≥ 0.85", note)]


async def _by_hand(client: AsyncOpenSearch, source: str) -> tuple[int, float]:
    """Write what `source` holds into an index of our own: how many documents, and the seconds the bulks took."""
    target = f"bench-{secrets.token_hex(4)}"
    await create_index(client, Names(target), target, {}, **UNHURRIED)
    written, seconds = 0, 0.0
    async for documents in _pages(client, source):
        batches = iter([documents[start : start + BULK] for start in range(0, len(documents), BULK)])

        async def writer(batches: Any = batches) -> None:
            for batch in batches:
                await write_to(client, target, batch)

        started = time.perf_counter()
        await asyncio.gather(writer(), writer())
        seconds += time.perf_counter() - started
        written += len(documents)
    await client.indices.delete(index=target)
    return written, seconds


async def _pages(client: AsyncOpenSearch, source: str) -> AsyncIterator[list[dict[str, Any]]]:
    """Everything in an index, as it was handed to the engine."""
    body: dict[str, Any] = {"query": {"match_all": {}}, "size": PAGE, "sort": [{"id": "asc"}]}
    while True:
        answer = await client.search(index=source, body=body, params={"request_timeout": 60})
        hits = answer["hits"]["hits"]
        if not hits:
            return
        yield [_whole(hit["_source"]) for hit in hits]
        body["search_after"] = hits[-1]["sort"]


def _whole(document: dict[str, Any]) -> dict[str, Any]:
    return completed(document) if document["status"] == DocumentStatus.PUBLISHED.value else document
