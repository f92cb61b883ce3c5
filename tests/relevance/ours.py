"""The product itself: documents through its own indexing, questions through its own query code."""

import asyncio
import hashlib
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch

import search
from launcher.layout import REPOSITORY
from search.documents import item_document
from search.engine import OpenSearchEngine
from search.handlers import find
from search.index import Names, ensure_index, write_items
from search.lexicon import Lexicon
from search.lexicon_source import HeldLexicon
from search.versions.chains import Member, chain_key, flags_of
from shared.consuming import DependencyAway
from shared.events import Validity
from tests.relevance.metrics import DEPTH
from tests.relevance.texts import Text

BULK_CHARACTERS = 150_000  # a bulk must be done within the client's ten seconds on a busy machine too
BULK_SECONDS = 120
WRITERS = 2
DATA = {".json", ".yaml", ".txt"}
LIST_IMPORTS = """
import sys, search.documents, search.versions.chains
print(*[module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)], sep="\\n")
"""

Document = dict[str, Any]


class Ours:
    """Sunlight's search over an index of its own; `labels` are those of the first results' passages, by query."""

    name = "Sunlight"

    def __init__(self, client: AsyncOpenSearch, names: Names, lexicon: Lexicon) -> None:
        self._engine = OpenSearchEngine(client, names)
        self._lexicon = lexicon
        self.labels: dict[str, str | None] = {}

    @classmethod
    async def of(cls, client: AsyncOpenSearch, collection: str, texts: Sequence[Text]) -> "Ours":
        """Over the collection's index, with the lexicon of what is published in it."""
        names = await indexed(client, collection, texts)
        held = HeldLexicon(client, names)
        await held.follow()
        return cls(client, names, held.current)

    async def ask(self, query: str) -> list[str]:
        """Ids in the order a person sees them; older versions that are folded under an item follow it."""
        page = await find(self._engine, query, limit=DEPTH, lexicon=self._lexicon)
        self.labels[query] = (page.items[0].get("passage") or {}).get("label") if page.items else None
        ranking = []
        for item in page.items:
            ranking += [item["id"], *(version["id"] for version in item.get("versions", ()))]
        return ranking


async def indexed(client: AsyncOpenSearch, collection: str, texts: Sequence[Text]) -> Names:
    """The collection's index; one that an earlier run made from the same texts by the same code is used again."""
    names = Names(f"relevance-{collection}-{_digest(texts)}")
    if await _count(client, names) == len(texts):
        return names
    await _forget(client, f"relevance-{collection}-*")
    await ensure_index(client, names)
    await _write(client, names, _flagged([item_document(text.event) for text in texts]))
    await client.indices.refresh(index=names.write)
    assert await _count(client, names) == len(texts)
    return names


def _flagged(documents: Sequence[Document]) -> Iterator[Document]:
    """With the flags that the writer leaves on the members of each chain of versions, whatever the order."""
    chains: dict[str, list[Member]] = defaultdict(list)
    for document in documents:
        if key := chain_key(document["department"], document["kind"], document["title"]):
            issued_on = date.fromisoformat(document["issued_on"]) if document["issued_on"] else None
            at, validity = datetime.fromisoformat(document["published_at"]), Validity(document["validity"])
            chains[key].append(Member(document["id"], document["title"], issued_on, at, validity))
    flags = {identity: flag for members in chains.values() for identity, flag in flags_of(members).items()}
    return ({**document, **flags.get(document["id"], {})} for document in documents)


def _digest(texts: Sequence[Text]) -> str:
    """Of the texts, the shape, and all code and data of ours that takes part in making an indexed document."""
    digest = hashlib.sha256(Names("").physical().encode())
    for path in _indexing_files():
        digest.update(path.read_bytes())
    for text in texts:
        digest.update(orjson.dumps([text.id, text.title, text.body, text.issued_on]))
    return digest.hexdigest()[:10]


@lru_cache
def _indexing_files() -> list[Path]:
    """What `search.documents` imports of this repository, and the data beside it."""
    done = subprocess.run([sys.executable, "-c", LIST_IMPORTS], check=True, capture_output=True, text=True)
    imported = map(Path, done.stdout.splitlines())
    code = {path for path in imported if path.is_relative_to(REPOSITORY) and ".venv" not in path.parts}
    folder = Path(search.__path__[0])
    return sorted({*code, *(path for path in folder.rglob("*") if path.suffix in DATA)})


async def _count(client: AsyncOpenSearch, names: Names) -> int:
    if not await client.indices.exists_alias(name=names.write):
        return 0
    return int((await client.count(index=names.write))["count"])


async def _forget(client: AsyncOpenSearch, pattern: str) -> None:
    for index in await client.indices.get(index=pattern, params={"allow_no_indices": "true"}):
        await client.indices.delete(index=index)


async def _write(client: AsyncOpenSearch, names: Names, documents: Iterable[dict[str, Any]]) -> None:
    """One writer makes documents while the other waits for the engine."""
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


def _batches(documents: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
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
