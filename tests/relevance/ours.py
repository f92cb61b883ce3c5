"""The product itself: documents through its own indexing, questions through its own query code."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch

from search.documents import item_document
from search.engine import OpenSearchEngine
from search.handlers import find
from search.index import Names, ensure_index, write_items
from shared.consuming import DependencyAway
from tests.relevance.metrics import DEPTH
from tests.relevance.texts import Text

BULK_CHARACTERS = 150_000  # a bulk must be done within the client's ten seconds on a busy machine too
BULK_SECONDS = 120
WRITERS = 2
VOLATILE = ("event_id", "indexed_at")  # differ from run to run, and no query looks at them


class Ours:
    """Sunlight's search over an index of its own."""

    name = "Sunlight"

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._engine = OpenSearchEngine(client, names)

    async def ask(self, query: str) -> list[str]:
        """Ids in the order a person sees them; older versions that are folded under an item follow it."""
        page = await find(self._engine, query, limit=DEPTH)
        ranking = []
        for item in page.items:
            ranking += [item["id"], *(version["id"] for version in item.get("versions", ()))]
        return ranking


async def indexed(client: AsyncOpenSearch, collection: str, texts: Sequence[Text]) -> Names:
    """The collection's index; one that an earlier run made from the same documents and shape is used again."""
    documents = [item_document(text.event) for text in texts]
    names = Names(f"relevance-{collection}-{_digest(documents)}")
    if await _count(client, names) == len(documents):
        return names
    await _forget(client, f"relevance-{collection}-*")
    await ensure_index(client, names)
    await _write(client, names, documents)
    await client.indices.refresh(index=names.write)
    assert await _count(client, names) == len(documents)
    return names


def _digest(documents: Sequence[dict[str, Any]]) -> str:
    digest = hashlib.sha256(Names("").physical().encode())
    for document in documents:
        lasting = {key: value for key, value in document.items() if key not in VOLATILE}
        digest.update(orjson.dumps(lasting, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()[:10]


async def _count(client: AsyncOpenSearch, names: Names) -> int:
    if not await client.indices.exists_alias(name=names.write):
        return 0
    return int((await client.count(index=names.write))["count"])


async def _forget(client: AsyncOpenSearch, pattern: str) -> None:
    for index in await client.indices.get(index=pattern, params={"allow_no_indices": "true"}):
        await client.indices.delete(index=index)


async def _write(client: AsyncOpenSearch, names: Names, documents: Sequence[dict[str, Any]]) -> None:
    batches = _batches(documents)

    async def writer() -> None:
        for batch in batches:
            await _write_batch(client, names, batch)

    await asyncio.gather(*(writer() for _ in range(WRITERS)))


async def _write_batch(client: AsyncOpenSearch, names: Names, batch: list[dict[str, Any]]) -> None:
    """Write as the indexer does: what the engine was too busy to take is offered again."""
    async with asyncio.timeout(BULK_SECONDS):
        while True:
            try:
                refused = [outcome for outcome in await write_items(client, names, batch) if outcome is not None]
            except DependencyAway:
                await asyncio.sleep(1)
            else:
                assert not refused, refused[0]
                return


def _batches(documents: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document["body"])
        if size > BULK_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
