"""The titles and words of what is published now, for questions typed short, in pinyin or with a slip.

Pure: built from counts, held in memory, never changed. `search.lexicon_source` reads the counts from the index.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from search import pinyin, segmentation
from search.names import TitleNames

ENDING = range(5, 13)  # characters of an ending that is worth knowing by its initials
LONG_WORD = 4  # characters; one character of a shorter word is too much of it to guess
MOST_ALIKE = 5000  # titles that are compared with a text character by character
RARE = 2  # documents; a word in fewer is no ground for a correction


@dataclass(frozen=True, slots=True)
class Title:
    """A title as compared (`short_title`), and whether it is the nation's rule."""

    name: str
    national: bool = False


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What can be recognised in a question; another reading of the index is another object."""

    titles: tuple[Title, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    names: TitleNames = field(default_factory=lambda: TitleNames({}))
    _sounds: Mapping[str, str] = field(default_factory=dict)  # pinyin of a word → the commonest word of that sound
    _title_sounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _near: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # a word less one character → the words
    _initials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.titles)

    def titles_like(self, text: str) -> list[str]:
        """Every title that shares a pair of characters with the text; of many, those that share its rarest pairs."""
        shared = sorted((self._pairs.get(pair, ()) for pair in _pairs_of(text)), key=lambda names: (len(names), names))
        found: dict[str, None] = {}  # in one order, whatever the order of sets in this process
        for names in shared:
            if found and len(found) + len(names) > MOST_ALIKE:
                break
            found.update(dict.fromkeys(names))
        return [*found]

    def knows(self, word: str) -> bool:
        """Whether enough published documents hold the word."""
        return self.words.get(word, 0) >= RARE

    def of_sound(self, sound: str) -> str | None:
        """The commonest word pronounced so."""
        return self._sounds.get(sound)

    def meant_by(self, typed: str) -> str | None:
        """The known word that a mistyped one is: of the same sound, or one character off when it is long enough."""
        alike = self.of_sound(pinyin.full(typed))
        if alike and alike != typed and len(alike) == len(typed) and set(alike) & set(typed) and self.knows(alike):
            return alike
        if len(typed) < LONG_WORD:
            return typed[::-1] if self.knows(typed[::-1]) else None
        near = {word for form in _shortened(typed) for word in self._near.get(form, ())}
        known = [word for word in near if word != typed and self.knows(word) and OSA.distance(word, typed) == 1]
        return max(known, key=lambda word: (fuzz.ratio(word, typed), self.words[word]), default=None)

    def titles_of_sound(self, letters: str) -> tuple[str, ...]:
        """The titles whose full pinyin, or else whose initials, are these letters; the nation's first."""
        return self._title_sounds.get(letters) or self._initials.get(letters) or ()

    def read_pinyin(self, letters: str) -> str | None:
        """Letters without spaces as the likeliest sequence of known words; None when they are no such sequence."""
        return pinyin.decode(letters, self._sounds, self._cost)

    def _cost(self, word: str) -> float:
        return 12.0 - 3.0 * len(word) - 0.5 * math.log(self.words.get(word, 1) + 1)


def _shortened(word: str) -> set[str]:
    """The word itself and the word less one character: two words one slip apart share one of these, others may."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _pairs_of(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _endings(title: str) -> Iterator[str]:
    """What a title ends with, from each of its words on, such as 信息公开指南: people leave out the body's name."""
    at = len(title)
    for word in reversed(segmentation.query_words(title)):
        at -= len(word)
        if len(title) - at in ENDING and at > 0:
            yield title[at:]


def build(titles: Iterable[Title], words: Mapping[str, int], extra: Iterable[str] = ()) -> Lexicon:
    """A lexicon of titles and of words with the number of documents that hold them; `extra` words count as rare."""
    ordered = tuple(sorted(set(titles), key=lambda title: (not title.national, len(title.name), title.name)))
    spoken = {word for title in ordered for word in segmentation.query_words(title.name) if len(word) > 1}
    known = {**dict.fromkeys(extra, 1), **dict.fromkeys(spoken, RARE), **words}
    sounds: dict[str, str] = {}
    for word in sorted(known, key=lambda word: -known[word]):
        sounds.setdefault(pinyin.full(word), word)
    near = defaultdict(list)
    for word, documents in known.items():
        if len(word) >= LONG_WORD and documents >= RARE:
            for form in _shortened(word):
                near[form].append(word)
    return Lexicon(
        titles=ordered,
        words=known,
        names=TitleNames({title.name: title.national for title in ordered}),
        _sounds=sounds,
        _near=_closed(near),
        **_ways_to([title.name for title in ordered]),
    )


def _ways_to(titles: Iterable[str]) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """The titles by their sound, by their initials or those of their endings, and by pairs of characters."""
    by_sound, by_initials, by_pair = defaultdict(list), defaultdict(list), defaultdict(list)
    endings: dict[str, tuple[str, ...]] = {}
    for title in titles:
        by_sound[pinyin.full(title)].append(title)
        by_initials[pinyin.initials(title)].append(title)
        for pair in _pairs_of(title):
            by_pair[pair].append(title)
        for ending in _endings(title):
            endings.setdefault(pinyin.initials(ending), (ending,))
    initials = {**endings, **_closed(by_initials)}
    return {"_title_sounds": _closed(by_sound), "_initials": initials, "_pairs": _closed(by_pair)}


def _closed(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(held) for key, held in lists.items()}
