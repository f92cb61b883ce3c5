"""Best bets and vocabulary entries: what they hold and which rules hold for them; pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from search.curation.privacy import is_personal, query_form
from search.spelling import folded
from search.vocabulary import Expansions
from shared.rules import DomainError

MAX_QUERIES = 20
LONGEST_QUERY = 60
LONGEST_TERM = 30
LONGEST_EXPANSION = 60  # may be the title of a document, in 《》
MAX_EXPANSIONS = 20
DEFAULT_WEIGHT = 0.8
LEAST_WEIGHT = 0.05
LONGEST_URL = 500
SOON_DAYS = 14
LONGEST_LIFE_DAYS = 3 * 366

_ITEM = re.compile(r"^/items/([^/?#]+)(?:[?#].*)?$")


class CurationRefused(DomainError):
    """{message}"""

    status, problem_type, title = 422, "invalid", "填写有误"


def _refuse(field: str, message: str) -> CurationRefused:
    return CurationRefused(field=field, message=message)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BestBet(Frozen):
    """An answer an editor puts before the results of certain queries, until a day."""

    queries: tuple[str, ...]
    title: str
    url: str
    summary: str = ""
    owner: str
    expires_on: date

    @property
    def keys(self) -> list[str]:
        """What a query must fold to for this to be shown."""
        return list(dict.fromkeys(folded(query) for query in self.queries))

    @property
    def item(self) -> str | None:
        """The id of the published item it leads to, if it leads to one."""
        found = _ITEM.match(self.url)
        return found[1] if found else None

    def shown_on(self, day: date) -> bool:
        """It is shown up to and on its last day."""
        return day <= self.expires_on

    def expires_soon(self, day: date) -> bool:
        return self.shown_on(day) and self.expires_on < day + timedelta(days=SOON_DAYS)

    def checked(self, today: date) -> "BestBet":
        """The entry with its texts tidied. Raises CurationRefused with the field that is wrong."""
        queries = tuple(dict.fromkeys(query_form(query) for query in self.queries if folded(query)))
        if not queries:
            raise _refuse("queries", "请写明检索词，一行一个，至少一个")
        if len(queries) > MAX_QUERIES:
            raise _refuse("queries", f"检索词最多 {MAX_QUERIES} 个")
        for query in queries:
            _check_query(query)
        title, summary, owner = _line(self.title), _line(self.summary), _line(self.owner)
        _check_text("title", "标题", title, 100)
        _check_text("summary", "说明", summary, 200, needed=False)
        _check_text("owner", "负责人", owner, 40)
        if not today <= self.expires_on <= today + timedelta(days=LONGEST_LIFE_DAYS):
            raise _refuse("expires_on", "到期日须在今天以后的三年之内")
        url = _checked_url(self.url.strip())
        return BestBet(queries=queries, title=title, url=url, summary=summary, owner=owner, expires_on=self.expires_on)


def _check_query(query: str) -> None:
    if len(query) > LONGEST_QUERY:
        raise _refuse("queries", f"检索词“{query[:20]}…”超过 {LONGEST_QUERY} 个字")
    if is_personal(query):
        raise _refuse("queries", f"检索词“{query}”像是个人信息，不能保存")


def _check_text(field: str, name: str, text: str, longest: int, needed: bool = True) -> None:
    if needed and not text:
        raise _refuse(field, f"请填写{name}")
    if len(text) > longest:
        raise _refuse(field, f"{name}最多 {longest} 个字")


def _checked_url(url: str) -> str:
    """A page of this site, or a complete https address."""
    if not url:
        raise _refuse("url", "请填写网址，或填写已公开文件的编号")
    if re.fullmatch(r"[\w-]{1,80}", url):
        return f"/items/{url}"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _refuse("url", "网址无法识别") from error
    # A browser takes two slashes and more, and backslashes, for the beginning of another site's address.
    ours = not parts.scheme and url.startswith("/") and not url.startswith("//") and "\\" not in url
    whole = parts.scheme == "https" and bool(parts.hostname)
    if not (ours or whole) or len(url) > LONGEST_URL or any(c.isspace() or not c.isprintable() for c in url):
        raise _refuse("url", "网址须以 / 开头（本站页面）或以 https:// 开头")
    return url


class Expansion(Frozen):
    """A term that is searched too; `weight` says how much a match counts beside the term itself."""

    term: str
    weight: float = DEFAULT_WEIGHT


class Entry(Frozen):
    """What is searched besides a term; without expansions it switches the built-in entry of the term off."""

    term: str
    expansions: tuple[Expansion, ...] = ()
    note: str = ""

    def checked(self) -> "Entry":
        """The entry in the form in which terms are compared. Raises CurationRefused with the wrong field."""
        term = _checked_term("term", self.term)
        named: dict[str, Expansion] = {}
        for each in self.expansions:
            text = _checked_term("expansions", each.term)
            if text == term:
                raise _refuse("expansions", f"“{term}”不必扩展为它自己")
            if not LEAST_WEIGHT <= each.weight <= 1:
                raise _refuse("expansions", f"“{text}”的权重须在 {LEAST_WEIGHT} 到 1 之间")
            named[text] = Expansion(term=text, weight=round(each.weight, 2))
        if len(named) > MAX_EXPANSIONS:
            raise _refuse("expansions", f"最多扩展 {MAX_EXPANSIONS} 个词")
        note = _line(self.note)
        _check_text("note", "说明", note, 200, needed=False)
        return Entry(term=term, expansions=tuple(named.values()), note=note)

    @property
    def pairs(self) -> Expansions:
        return tuple((each.term, each.weight) for each in self.expansions)


def _checked_term(field: str, text: str) -> str:
    term = query_form(text)
    if not folded(term):
        raise _refuse(field, "请填写词语" if field == "term" else "扩展词不能为空")
    if len(term) > (LONGEST_TERM if field == "term" else LONGEST_EXPANSION):
        raise _refuse(field, f"“{term[:20]}…”太长：词语最多 {LONGEST_TERM} 个字，扩展词最多 {LONGEST_EXPANSION} 个字")
    return term


def overrides(entries: Sequence[Entry]) -> dict[str, Expansions]:
    """Entries as the vocabulary takes them: what replaces the shipped expansions of each term."""
    return {entry.term: entry.pairs for entry in entries}


def as_facts(value: BaseModel) -> dict[str, Any]:
    """As the audit and the tables keep it."""
    return value.model_dump(mode="json")
