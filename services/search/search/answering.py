"""From a question to its whole answer: results, facets, the way on, and what stands beside them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import orjson

from search.asking import Asked
from search.caching import AnswerCache
from search.columns import KnownColumns
from search.domain import MAX_DEPTH, Search
from search.engine import OpenSearchEngine
from search.generation import Generation
from search.handlers import understood
from search.helping import help_with
from search.lexicon import Lexicon
from search.paging.cursors import CursorExpired, Cursors, Place
from search.paging.snapshots import Snapshots
from search.results import Page, read_page, shown
from search.vocabulary import Vocabulary, shipped

Answer = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """An answer as JSON, and how many items answer."""

    body: bytes
    total: int


class Desk(Protocol):
    """What editors decide: the words questions are read with, and what stands beside the results."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    def revision(self) -> str:
        """Changes whenever `beside` may say something else."""
        ...

    def beside(self, q: str, /) -> Mapping[str, Any]:
        """Keys of an answer, such as `best_bets`."""
        ...


class HoldsLexicon(Protocol):
    """What can be recognised in questions at the moment."""

    @property
    def current(self) -> Lexicon: ...


class NoDesk:
    """Nobody has decided anything: the shipped vocabulary."""

    vocabulary = shipped()

    def revision(self) -> str:
        return ""

    def beside(self, _: str, /) -> Mapping[str, Any]:
        return {}


class Answers:
    """Answers questions from the index, or from memory while the index stays as it is."""

    def __init__(
        self,
        engine: OpenSearchEngine,
        columns: KnownColumns,
        generation: Generation,
        cursors: Cursors,
        cache: AnswerCache[Answered],
        lexicon: HoldsLexicon,
        desk: Desk | None = None,
    ) -> None:
        self._engine = engine
        self._columns = columns
        self._generation = generation
        self._cursors = cursors
        self._cache = cache
        self._lexicon = lexicon
        self._desk: Desk = desk or NoDesk()
        self.snapshots = Snapshots(generation, engine.open_snapshot, engine.close_snapshots)

    async def answer(self, asked: Asked) -> Answered:
        """First pages without explanation are the same for everyone, and may be held.

        Raises:
            AnswerAway: the index cannot answer now.
            CursorInvalid, CursorOfAnother, CursorExpired: see `search.paging.cursors`.
        """
        if asked.cursor or asked.explain:
            return _answered(await self._fresh(asked))
        generation, desk = self._generation.current(), self._desk
        read_by = desk.vocabulary, self._lexicon.current
        question = (asked.q, asked.search, self._columns.tree.revision, read_by, desk.revision())
        held = self._cache.get(generation, question)
        if held is None:
            answer = await self._fresh(asked)
            held = _answered(answer)
            if not answer["partial"] and self._generation.settled():
                self._cache.put(generation, question, held, len(held.body))
        return held

    def understood(self, search: Search) -> Search:
        """The question as it is put to the index now: with the columns below its own, its words read."""
        columns = self._columns.tree.with_all_below(search.columns)
        return understood(replace(search, columns=columns), self._desk.vocabulary, self._lexicon.current)

    async def _fresh(self, asked: Asked) -> Answer:
        search = self.understood(asked.search)
        if asked.q.strip() and not search.words:
            page, following = Page.empty(), None
        elif asked.cursor:
            page, following = await self._further(asked, search)
        else:
            page, following = await self._first(asked, search)
        answer = self._assembled(asked, search, page, following)
        if page.total == 0 and not asked.cursor and asked.q.strip():
            answer["help"] = await help_with(self._engine, asked.q, search, self._desk.vocabulary)
        return answer if asked.cursor else {**answer, **self._desk.beside(asked.q)}

    async def _first(self, asked: Asked, search: Search) -> tuple[Page, Place | None]:
        began = time.time()
        response = await self._engine.search(search, explain=asked.explain)
        page = read_page(response, search.question, self._columns.tree)
        return page, Place(page.ids, len(page.ids), began) if page.total > len(page.ids) > 0 else None

    async def _further(self, asked: Asked, search: Search) -> tuple[Page, Place | None]:
        place = self._cursors.read(asked.search, asked.cursor or "")
        if place.after or place.snapshot:
            response = await self._engine.search(search, place, asked.explain)
        else:
            place, response = await self._second(search, place, asked.explain)
        page = read_page(response, search.question)
        left = page.left - (place.shown - len(place.seen)) - len(page.ids)
        following = place.next(len(page.ids), page.last) if page.ids and left > 0 else None
        return await self._as_of_now(page), following

    async def _second(self, search: Search, first: Place, explain: bool) -> tuple[Place, dict[str, Any]]:
        """The second page, in a snapshot; a shared one may have gone with the node that held it."""
        place = replace(first, snapshot=await self.snapshots.since(first.began))
        try:
            return place, await self._engine.search(search, place, explain)
        except CursorExpired:
            self.snapshots.forget(place.snapshot)
        place = replace(first, snapshot=await self.snapshots.since(first.began))
        return place, await self._engine.search(search, place, explain)

    async def _as_of_now(self, page: Page) -> Page:
        """A snapshot may be minutes old: what was withdrawn since is not shown, what was revised shows as it is now."""
        present = await self._engine.present(page.ids) if page.ids else {}
        items = []
        for item in page.items:
            now = present.get(item["id"])
            if now is not None:
                items.append(item if now["version"] == page.versions[item["id"]] else shown(item["id"], now))
        return replace(page, items=items)

    def _assembled(self, asked: Asked, search: Search, page: Page, following: Place | None) -> Answer:
        deep = following is not None and following.shown >= MAX_DEPTH
        more = following is not None and not deep
        return {
            "total": page.total,
            "items": page.items,
            "facets": page.facets,
            "next_cursor": self._cursors.write(asked.search, following) if following and more else None,
            "truncated": deep,
            "partial": page.partial,
            "did_you_mean": search.question.suggested if search.question else None,
            "best_bets": [],
            "reading": _reading(search),
        }


def _answered(answer: Answer) -> Answered:
    return Answered(orjson.dumps(answer), answer["total"])


def _reading(search: Search) -> Answer:
    """How the free words were taken."""
    question = search.question
    if question is None:
        return {"dropped": [], "expanded": {}, "corrected": None}
    return {"dropped": list(question.dropped), "expanded": question.expanded, "corrected": question.corrected}
