"""Judged queries: what people type, and the documents that answer.

A file is `group`, `collection` (corpus or sample) and `queries`; a query is `q` and, under 3, 2 and 1, the
documents of that grade as `TITLE[@DATE][#ARTICLE]`. A title is given in full, though 中华人民共和国 at its front
may be left out. Without a date the newest version is meant; with one (2018, or 2018-10-26), that version. An
article must stand in the document, and tells apart documents of one title (the books of 民法典).
A document of the sample is named by its external id.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from tests.relevance.metrics import Answer
from tests.relevance.texts import Text

FOLDER = Path(__file__).parent
GRADES = (3, 2, 1)
STATE = "中华人民共和国"


class Misjudged(ValueError):
    """A judgement names a document or an article that is not there."""


@dataclass(frozen=True)
class Judged:
    """One query of a group with its answers."""

    group: str
    query: str
    answers: tuple[Answer, ...]


class Library:
    """The documents of a collection by title and id."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._by_title: dict[str, list[Text]] = defaultdict(list)
        self._by_id: dict[str, Text] = {}
        for text in texts:
            self._by_id[text.id] = text
            self._by_title[text.title].append(text)
            if text.title.startswith(STATE):
                self._by_title[text.title.removeprefix(STATE)].append(text)

    def find(self, selector: str) -> tuple[frozenset[str], str | None]:
        """The ids a selector stands for, and the article it names. Raises Misjudged."""
        name, _, article = selector.partition("#")
        title, _, when = name.partition("@")
        found = [self._by_id[title]] if title in self._by_id else self._by_title.get(title, [])
        found = [
            text for text in found if text.issued_on.startswith(when) and (not article or article in text.articles)
        ]
        if not found:
            raise Misjudged(selector)
        newest = max(text.issued_on for text in found)
        return frozenset(text.id for text in found if text.issued_on == newest), article or None


def judged(collection: str, texts: Sequence[Text]) -> list[Judged]:
    """Every judged query of a collection. Raises Misjudged, with the query, for an answer that is not there."""
    library = Library(texts)
    queries: list[Judged] = []
    for path in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(path.read_text())
        if content.get("collection") == collection:
            queries += [_judged(content["group"], entry, library) for entry in content["queries"]]
    return queries


def _judged(group: str, entry: dict[Any, Any], library: Library) -> Judged:
    try:
        found = [(grade, *library.find(selector)) for grade in GRADES for selector in entry.get(grade, ())]
    except Misjudged as error:
        raise Misjudged(f"{group}: {entry['q']}: {error}") from error
    return Judged(group, str(entry["q"]), _answers(found))


def _answers(found: Iterable[tuple[int, frozenset[str], str | None]]) -> tuple[Answer, ...]:
    """One answer per document: its best grade, and every article named at that grade."""
    best: dict[frozenset[str], Answer] = {}
    for grade, documents, article in found:
        named = frozenset([article] if article else [])
        known = best.get(documents)
        if known is None:
            best[documents] = Answer(grade, documents, named)
        elif known.grade == grade:
            best[documents] = replace(known, articles=known.articles | named)
    return tuple(best.values())
