"""Other ways to search the same documents: libraries over jieba's words, plain analyzers, trigrams."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

from opensearchpy import AsyncOpenSearch

from tests.relevance.measuring import System
from tests.relevance.peer_analyzers import Analyzer
from tests.relevance.peer_libraries import Bm25s, Tantivy, Whoosh
from tests.relevance.peer_trigrams import Trigrams
from tests.support.infrastructure import TestStack


class Row(NamedTuple):
    """A document as every peer gets it; the title is empty where it is what people ask with."""

    id: str
    title: str
    body: str


LIBRARIES: tuple[Callable[[Sequence[Row]], System], ...] = (Bm25s, Tantivy, Whoosh)
ANALYZERS = ("standard", "cjk", "smartcn")


async def peers(stack: TestStack, client: AsyncOpenSearch, rows: Sequence[Row]) -> AsyncIterator[System]:
    """Each peer in turn, filled; what it made is gone when the next one comes."""
    for library in LIBRARIES:
        yield library(rows)
    for name in ANALYZERS:
        async with Analyzer.filled(client, name, rows) as analyzer:
            yield analyzer
    async with Trigrams.filled(stack.stack.addresses.postgres_admin_url(stack.vault), rows) as trigrams:
        yield trigrams
