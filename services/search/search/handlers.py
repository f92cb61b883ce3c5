"""What the search service does with an event and with a question."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol

from prometheus_client import Histogram

from search.documents import item_document
from search.domain import Search, Sort, read_words
from search.index import Refusal
from search.lexicon import Lexicon
from search.results import Page, read_page
from search.understanding.question import EMPTY, Question, read_question
from search.vocabulary import NO_VOCABULARY, Vocabulary, shipped
from shared.consuming import Refused
from shared.events import Event

QUESTION_SECONDS = Histogram(
    "sunlight_question_seconds",
    "Time to read a question, mistyped words included; one read before costs nothing and is not counted",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25),
)


class Writer(Protocol):
    """Writes one indexed document and says what became of it."""

    async def submit(self, document: dict[str, Any]) -> Refusal | None: ...


class Sampler(Protocol):
    def offer(self, event: Event) -> None: ...


async def index_document(event: Event, writer: Writer, sampler: Sampler) -> None:
    """Bring the index to this event's version of the document, unless it holds a newer one.

    Raises:
        Refused: the engine will never take this document.
        DependencyAway: the engine is away; the event must be delivered again.
    """
    refusal = await writer.submit(item_document(event))
    if refusal is not None:
        raise Refused(refusal.reason)
    sampler.offer(event)


class Engine(Protocol):
    """Answers a search with the engine's own response."""

    async def search(self, search: Search) -> dict[str, Any]: ...


def understood(search: Search, vocabulary: Vocabulary, lexicon: Lexicon = EMPTY) -> Search:
    """The search with its free words read; by themselves alone when it is to be exact."""
    free = search.words.free
    read_by = (NO_VOCABULARY, EMPTY) if search.exact else (vocabulary, lexicon)
    return replace(search, question=_reader(*read_by)(free) if free else None)


@lru_cache(4)
def _reader(vocabulary: Vocabulary, lexicon: Lexicon) -> Callable[[str], Question]:
    """Reads a question once: the same words come again with every page, filter and sort.

    What is changed is another object; only the newest few are kept, since a lexicon takes tens of megabytes.
    """

    @lru_cache(4096)
    def read(free: str) -> Question:
        with QUESTION_SECONDS.time():
            return read_question(free, vocabulary, lexicon)

    return read


async def find(
    engine: Engine,
    q: str,
    *,
    kinds: Sequence[str] = (),
    departments: Sequence[str] = (),
    years: Sequence[int] = (),
    sort: Sort = Sort.RELEVANCE,
    limit: int = 10,
    vocabulary: Vocabulary | None = None,
    lexicon: Lexicon = EMPTY,
) -> Page:
    """The first results of a question; read with the shipped vocabulary unless another is given.

    Raises:
        QueryTooLong, PageTooLarge: see `search.domain`.
    """
    words = read_words(q)
    if q.strip() and not words:
        return Page.empty()
    asked = Search(words, tuple(kinds), tuple(departments), tuple(years), sort, limit)
    search = understood(asked, vocabulary or shipped(), lexicon)
    return read_page(await engine.search(search), search.question)
