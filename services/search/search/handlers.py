"""What the search service does with an event and with a question."""

from collections.abc import Sequence
from typing import Any, Protocol

from search.documents import item_document
from search.domain import Search, Sort, read_words
from search.index import Refusal
from search.results import Page, read_page
from search.understanding.question import read_question
from search.vocabulary import shipped
from shared.consuming import Refused
from shared.events import Event


class Writer(Protocol):
    """Writes one indexed document and says what became of it."""

    async def submit(self, document: dict[str, Any]) -> Refusal | None: ...


class Sampler(Protocol):
    def offer(self, event: Event) -> None: ...


class Engine(Protocol):
    """Answers a search with the engine's own response."""

    async def search(self, search: Search) -> dict[str, Any]: ...


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


async def find(
    engine: Engine,
    q: str,
    *,
    kinds: Sequence[str] = (),
    departments: Sequence[str] = (),
    years: Sequence[int] = (),
    sort: Sort = Sort.RELEVANCE,
    limit: int = 10,
    after: Sequence[float | int | str] = (),
) -> Page:
    """Answer a person's question with one page of results.

    Raises:
        QueryTooLong, PageTooLarge: see `search.domain`.
    """
    words = read_words(q)
    if q.strip() and not words:
        return Page.empty()
    question = read_question(words.free, shipped()) if words.free else None
    search = Search(words, tuple(kinds), tuple(departments), tuple(years), sort, limit, tuple(after), question)
    return read_page(await engine.search(search), limit, question.marked if question else ())
