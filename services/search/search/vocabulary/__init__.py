"""What people say and what the law calls it: words that widen a question.

The shipped vocabulary is the `*.yaml` beside this, a file a theme; staff change entries in the console. A line is
`said,said: meant weight, 《short title of a document》 weight`; weights run from 0 to 1 (0.6 when none is given), and a
key of several words speaks when a question holds all of them. Pure: reading and looking up only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

DEFAULT_WEIGHT = 0.6
_WEIGHTED = re.compile(r"(?P<term>.+?)(?:\s+(?P<weight>[01]?\.?\d+))?$")

Expansions = tuple[tuple[str, float], ...]


class Vocabulary:
    """Terms and what else they mean, each with a weight from 0 to 1.

    A key of several words (`酒 开车`) speaks for a question that has all of them in any order. An expansion in
    《》 is the short title of a document.
    """

    def __init__(self, entries: Mapping[str, Expansions]) -> None:
        self._entries = dict(entries)
        self._single = {key for key in self._entries if " " not in key}
        self._together: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)  # by how they begin
        for key in self._entries:
            if " " in key:
                words = key.split()
                self._together[words[0][:2]].append((key, words))
        self._longest = max(map(len, self._single), default=0)

    def expansions(self, term: str) -> Expansions:
        """What else a term means; empty for a term the vocabulary does not hold."""
        return self._entries.get(term, ())

    def found_in(self, text: str) -> list[tuple[int, int, str]]:
        """The one-piece terms a text holds, with where they stand; of terms that overlap the longer."""
        spans, start = [], 0
        while start < len(text):
            for length in range(min(self._longest, len(text) - start), 0, -1):
                if text[start : start + length] in self._single:
                    spans.append((start, start + length, text[start : start + length]))
                    start += length - 1
                    break
            start += 1
        return spans

    def together_in(self, text: str) -> list[str]:
        """The terms of several words that a text holds."""
        begins = dict.fromkeys([*text, *map("".join, pairwise(text))])
        begun = [self._together[begin] for begin in begins if begin in self._together]
        return [key for keys in begun for key, words in keys if all(word in text for word in words)]

    def overridden(self, changes: Mapping[str, Expansions]) -> "Vocabulary":
        """This vocabulary with entries replaced; an entry without expansions is taken out."""
        merged = {**self._entries, **changes}
        return Vocabulary({term: expansions for term, expansions in merged.items() if expansions})

    def entries(self) -> Mapping[str, Expansions]:
        """Every term with its expansions."""
        return self._entries


NO_VOCABULARY = Vocabulary({})


@lru_cache
def shipped() -> Vocabulary:
    """The vocabulary that comes with the program."""
    found = sorted(files("search.vocabulary").iterdir(), key=lambda entry: entry.name)
    read = (yaml.load(entry.read_text("utf-8"), yaml.CSafeLoader) for entry in found if entry.name.endswith(".yaml"))
    return Vocabulary(read_entries(lines for themes in read for lines in themes.values()))


def read_entries(themes: Iterable[Mapping[str, Any]]) -> dict[str, Expansions]:
    """Themes of lines `said, said: meant 0.8, meant` as entries; a term named twice keeps all its meanings.

    A meaning given twice counts as the surer of the two, whatever the order of themes and lines.
    """
    entries: dict[str, dict[str, float]] = defaultdict(dict)
    for theme in themes:
        for said, meant in theme.items():
            for term in map(str.strip, said.split(",")):
                for word, weight in _weighted(meant.split(",") if isinstance(meant, str) else meant):
                    entries[term][word] = max(weight, entries[term].get(word, 0))
    return {term: tuple(expansions.items()) for term, expansions in entries.items()}


def _weighted(terms: Iterable[str]) -> Iterable[tuple[str, float]]:
    for term in terms:
        found = _WEIGHTED.fullmatch(term.strip())
        if found:
            yield found["term"], float(found["weight"] or DEFAULT_WEIGHT)
