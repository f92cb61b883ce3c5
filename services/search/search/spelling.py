"""How a name may be typed: in characters, in full 拼音, by initials, or mixed; pure functions.

Every form is folded first (full width, case, traditional characters, no punctuation), on both sides: what
is indexed and what is typed meet as plain terms, so that a suggestion costs a look-up and no analysis.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import rjieba

from search.pinyin import syllables
from search.segmentation import simplified
from shared.events import Validity

MAX_LETTERS = 60  # of a title; what follows is never typed from its beginning
MAX_START = 24  # characters of one start that are indexed: the longest edge n-gram of items.json
MAX_GRAM = 8  # characters of one inner piece: the longest n-gram of items.json
ENDED = (Validity.REPEALED, Validity.EXPIRED)
ENDED_WEIGHT = 0.3

_LATIN = re.compile(r"[a-z]")
_CHARACTERS = re.compile(r"[^a-z0-9]+")
_STATE = re.compile(r"^中华人民共和国")
_ABOUT = re.compile(r"^关于(?:印发|公布|发布|修改|转发|做好|进一步)?")
_PLACE = re.compile(r"^(?!关于)\w{2,6}?(?:省|自治区|自治州|市|县|区)(?=\w{2})")
_YEAR = re.compile(r"(?:19|20)\d\d\d+号$")


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Letters, digits and characters only: narrow, lower case, simplified."""
    return "".join(letter for letter in simplified(text) if letter.isalnum())


def full_pinyin(text: str) -> str:
    """`政府xinxi` → `zhengfuxinxi`."""
    return "".join(syllables(folded(text)))


def initials(text: str) -> str:
    """`政府信息` → `zfxx`."""
    return "".join(syllable[:1] for syllable in syllables(folded(text)))


def word_starts(text: str) -> list[int]:
    """Where a word of the text begins, words inside longer ones too."""
    return sorted({start for _, start, _ in rjieba.tokenize(text, "search")})


def title_heads(title: str) -> list[str]:
    """What a person would begin a title with: the whole, or what follows its opening formula or its place."""
    found = [folded(title)[:MAX_LETTERS]]
    for opening in (_STATE, _PLACE, _ABOUT):
        found += [opening.sub("", text, count=1) for text in list(found)]
    return [text for text in dict.fromkeys(found) if text]


def number_heads(number: str | None) -> list[str]:
    """A 文号 begins with its body or with its year."""
    plain = folded(number or "")
    year = _YEAR.search(plain)
    return [text for text in (plain, year[0] if year else "") if text]


def suggest_fields(title: str, number: str | None = None, validity: str | None = None) -> dict[str, Any]:
    """The `suggest*` fields of an indexed document, as items.json declares them.

    Of two titles that match, the one that says little else comes first (`suggest_rank`, at most 10), and
    one that is no longer in force comes late.
    """
    text = folded(title)[:MAX_LETTERS]
    read = syllables(text)
    names = title_heads(title)
    shortest = min((len(name) for name in names), default=MAX_LETTERS)
    return {
        "suggest_text": text,
        "suggest_head": [head[:MAX_START] for head in names + number_heads(number)],
        "suggest_pinyin": ["".join(read[start:])[:MAX_START] for start in word_starts(text)],
        "suggest_initials": "".join(syllable[:1] for syllable in read),
        "suggest_rank": 10 / shortest * (ENDED_WEIGHT if validity in ENDED else 1),
    }


@dataclass(frozen=True)
class Typed:
    """What was typed so far, folded, and the ways it may be meant."""

    text: str

    @classmethod
    def of(cls, text: str) -> "Typed":
        return cls(folded(text)[:MAX_LETTERS])

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def head(self) -> str:
        return self.text[:MAX_START]

    @cached_property
    def pieces(self) -> list[str]:
        """Pieces of at most MAX_GRAM characters that overlap and together are the text."""
        return grams(self.text)

    @cached_property
    def has_letters(self) -> bool:
        return _LATIN.search(self.text) is not None

    @cached_property
    def characters(self) -> list[str]:
        """Runs of Chinese characters among the letters, which must stand in the title as they are."""
        return [piece for run in _CHARACTERS.findall(self.text) for piece in grams(run)]

    @cached_property
    def pinyin(self) -> str:
        return full_pinyin(self.text)

    @cached_property
    def initials(self) -> str:
        """Nothing for one letter, which begins half of all names."""
        return initials(self.text) if len(self.text) > 1 else ""


def grams(text: str) -> list[str]:
    """The text itself, or pieces of MAX_GRAM that cover it, the last one aligned to its end."""
    if len(text) <= MAX_GRAM:
        return [text]
    places = [*range(0, len(text) - MAX_GRAM, MAX_GRAM), len(text) - MAX_GRAM]
    return [text[place : place + MAX_GRAM] for place in places]


@dataclass(frozen=True)
class Spelled:
    """A name held in memory with every way it may be typed."""

    name: str
    text: str
    pinyin: tuple[str, ...]
    initials: str

    @classmethod
    def of(cls, name: str) -> "Spelled":
        text = folded(name)[:MAX_LETTERS]
        read = syllables(text)
        starts = tuple("".join(read[start:]) for start in range(len(read)))
        return cls(name, text, starts, "".join(syllable[:1] for syllable in read))

    def answers(self, typed: Typed) -> bool:
        """Whether the name begins with or holds what was typed, in any of the ways."""
        if not typed:
            return False
        if typed.text in self.text:
            return True
        if not typed.has_letters or not all(run in self.text for run in typed.characters):
            return False
        if typed.initials and typed.initials in self.initials:
            return True
        return any(start.startswith(typed.pinyin) for start in self.pinyin)
