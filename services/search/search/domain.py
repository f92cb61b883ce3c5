"""What a person may ask of the index, and how their words are read."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from search.understanding.question import Question
from shared.rules import DomainError

MAX_QUERY = 200
MAX_PAGE = 50
MAX_DEPTH = 1000  # results one question can be paged through; beyond it people need other words, not more pages
MOST_OF_A_PLACE = 8  # phrases, exclusions, titles …: each costs the engine a clause over every field
LONGEST_FREE = 2 * MAX_QUERY  # one compatibility character may unfold to eighteen
EARLIEST_YEAR = 1900
LATEST_YEAR = 2200


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class DateOf(StrEnum):
    """Which date of an item a range is about: 发布日期 or 成文日期."""

    PUBLISHED = "published"
    ISSUED = "issued"


class QueryTooLong(DomainError):
    """检索词最多 {limit} 个字，请缩短后再试"""

    status, problem_type, title = 422, "query-too-long", "检索词过长"


class PageTooLarge(DomainError):
    """每页条数须在 1 到 {limit} 之间"""

    status, problem_type, title = 422, "page-too-large", "每页条数有误"


class DatesReversed(DomainError):
    """开始日期 {begin} 晚于结束日期 {end}"""

    status, problem_type, title = 422, "dates-reversed", "日期范围有误"


@dataclass(frozen=True)
class Words:
    """A query as read: free words, exact phrases, words bound to a field, and what of these must not be."""

    free: str = ""
    phrases: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    document_number: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    index_number: tuple[str, ...] = ()
    unwanted: "Words | None" = None

    def __bool__(self) -> bool:
        bound = (self.title, self.document_number, self.department, self.index_number)
        return any((self.free, self.phrases, self.unwanted, *bound))


@dataclass(frozen=True)
class Search:
    """One question to the index, without the place in its answer (see `search.paging.cursors`).

    `question` is the free words as read with the vocabulary and lexicon of the moment, or without them if `exact`.
    """

    words: Words
    kinds: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    columns: tuple[str, ...] = ()
    validities: tuple[str, ...] = ()
    catalogue_items: tuple[str, ...] = ()
    has_attachment: bool | None = None
    begin: date | None = None
    end: date | None = None
    dates: DateOf = DateOf.PUBLISHED
    facets: bool = True
    exact: bool = False
    question: Question | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise PageTooLarge(limit=MAX_PAGE, field="limit")
        if self.begin and self.end and self.begin > self.end:
            raise DatesReversed(begin=self.begin, end=self.end, field="from")


_FIELDS = {
    "标题": "title",
    "title": "title",
    "文号": "document_number",
    "number": "document_number",
    "部门": "department",
    "department": "department",
    "索引号": "index_number",
    "index": "index_number",
}
_QUOTES = str.maketrans({"“": '"', "”": '"', "「": '"', "」": '"', "：": ":", "－": "-"})
_YEAR_IN_QUOTES = re.compile(r"「(\d{4})」")  # the year of a document number, which others write 〔2025〕
_TOKEN = re.compile(
    rf"""(?P<minus>(?<!\S)-)?(?:(?P<field>{"|".join(_FIELDS)}):\s*)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))""",
    re.IGNORECASE,
)
_BRACKETS = str.maketrans(dict.fromkeys("〔〕[]【】〖〗（）()﹝﹞〈〉《》「」『』{}<> \t", ""))


@dataclass(frozen=True)
class Token:
    """One part of a query: the part of `Words` it belongs to, its text, how it was typed, whether it must not be."""

    place: str
    text: str
    typed: str
    unwanted: bool = False


def fold(text: str) -> str:
    """Compatibility forms made one: full-width letters and digits narrow, no control characters."""
    narrow = unicodedata.normalize("NFKC", text)
    if narrow.isprintable():
        return narrow
    return "".join(letter if letter.isprintable() else " " for letter in narrow)


def fold_number(number: str) -> str:
    """A document number (文号) or index number as it is compared: no brackets, no spaces, lower case.

    `鲁审发〔2018〕5号`, `鲁审发[2018]5号` and `鲁审发（2018）5 号` are one number.
    """
    return fold(number).translate(_BRACKETS).lower()


def read_tokens(query: str) -> list[Token]:
    """The parts of a query in the order typed; what has no letter or digit is no part."""
    tokens = []
    for found in _TOKEN.finditer(fold(_YEAR_IN_QUOTES.sub(r"〔\1〕", query).translate(_QUOTES)).strip()):
        text = (found["phrase"] if found["phrase"] is not None else found["word"]).strip()
        if text.removesuffix(":").lower() in _FIELDS or not any(letter.isalnum() for letter in text):
            continue
        tokens.append(Token(_place(found), text, found[0], unwanted=bool(found["minus"])))
    return tokens


def _place(found: re.Match[str]) -> str:
    if found["field"]:
        return _FIELDS[found["field"].lower()]
    return "phrases" if found["phrase"] is not None or found["minus"] else "free"


@lru_cache(4096)
def read_words(query: str) -> Words:
    """Read what a person typed: `"phrase"`, `标题:word`, `文号:number`, `部门:name`, `索引号:number` (or `title:`
    `number:` `department:` `index:`), each of them after a minus for what must not be, and free words.

    Nothing typed is an error but its length; a lone quote or minus is an ordinary character.
    """
    if len(query) > MAX_QUERY:
        raise QueryTooLong(limit=MAX_QUERY, field="q")
    parts: dict[str, list[str]] = {"free": []}
    unwanted: dict[str, list[str]] = {}
    for token in read_tokens(query):
        held = (unwanted if token.unwanted else parts).setdefault(token.place, [])
        if token.place == "free" or len(held) < MOST_OF_A_PLACE:
            held.append(token.text)
        elif not token.unwanted:
            parts["free"].append(token.text)
    free = " ".join(parts.pop("free"))[:LONGEST_FREE]
    return replace(_bound(parts), free=free, unwanted=_bound(unwanted) if unwanted else None)


def _bound(parts: dict[str, list[str]]) -> Words:
    fixed: dict[str, Any] = {place: tuple(texts) for place, texts in parts.items()}
    return Words(**fixed)
