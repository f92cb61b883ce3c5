"""What a person may ask of the index, and how their words are read."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from search.understanding.question import Question
from shared.rules import DomainError

MAX_QUERY = 200
MAX_PAGE = 50
EARLIEST_YEAR = 1900


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class QueryTooLong(DomainError):
    """检索词最多 {limit} 个字，请缩短后再试"""

    status, problem_type, title = 422, "query-too-long", "检索词过长"


class PageTooLarge(DomainError):
    """每页条数须在 1 到 {limit} 之间"""

    status, problem_type, title = 422, "page-too-large", "每页条数有误"


@dataclass(frozen=True)
class Words:
    """A query as read: free words, exact phrases, exclusions, and words bound to a field."""

    free: str = ""
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    document_number: tuple[str, ...] = ()
    department: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.free, self.phrases, self.excluded, self.title, self.document_number, self.department))


@dataclass(frozen=True)
class Search:
    """One question to the index. `after` is the sort position of the previous page's last item; `question` is
    the free words as read with the vocabulary and lexicon of the moment."""

    words: Words
    kinds: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    after: tuple[float | int | str, ...] = field(default=())
    question: Question | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise PageTooLarge(limit=MAX_PAGE, field="limit")


_FIELDS = {"标题": "title", "title": "title", "文号": "document_number", "部门": "department"}
_QUOTES = str.maketrans({"“": '"', "”": '"', "「": '"', "」": '"', "：": ":", "－": "-"})
_TOKEN = re.compile(
    r"""(?P<minus>(?<!\S)-)?(?:(?P<field>标题|文号|部门|title):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))"""
)
_BRACKETS = str.maketrans(dict.fromkeys("〔〕[]【】（）()﹝﹞〈〉<> \t", ""))


def fold(text: str) -> str:
    """Compatibility forms made one: full-width letters and digits narrow, no control characters."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(letter if letter.isprintable() else " " for letter in narrow)


def fold_number(number: str) -> str:
    """A document number (文号) or index number as it is compared: no brackets, no spaces, lower case.

    `鲁审发〔2018〕5号`, `鲁审发[2018]5号` and `鲁审发（2018）5 号` are one number.
    """
    return fold(number).translate(_BRACKETS).lower()


def read_words(query: str) -> Words:
    """Read what a person typed: `"phrase"`, `-excluded`, `标题:word`, `文号:number`, `部门:name`, free words.

    Nothing typed is an error but its length; a lone quote or minus is an ordinary character.
    """
    if len(query) > MAX_QUERY:
        raise QueryTooLong(limit=MAX_QUERY, field="q")
    parts: dict[str, list[str]] = {name: [] for name in ("free", "phrase", "excluded", *_FIELDS.values())}
    for token in _TOKEN.finditer(fold(query.translate(_QUOTES)).strip()):
        text = (token["phrase"] if token["phrase"] is not None else token["word"]).strip()
        if text.removesuffix(":") in _FIELDS or not any(letter.isalnum() for letter in text):
            continue
        if token["minus"]:
            place = "excluded"
        elif token["field"]:
            place = _FIELDS[token["field"]]
        else:
            place = "phrase" if token["phrase"] is not None else "free"
        parts[place].append(text)
    return Words(
        free=" ".join(parts["free"]),
        phrases=tuple(parts["phrase"]),
        excluded=tuple(parts["excluded"]),
        title=tuple(parts["title"]),
        document_number=tuple(parts["document_number"]),
        department=tuple(parts["department"]),
    )


def year_range(year: int) -> tuple[date, date]:
    """First day of the year and of the next."""
    return date(year, 1, 1), date(year + 1, 1, 1)
