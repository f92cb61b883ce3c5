"""A search as it stands in an address: what was asked, what search is sent, and what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from portal.dates import NotADate, read_date
from portal.translations import N_, _

SORTS = [("relevance", N_("最相关")), ("newest", N_("最新")), ("oldest", N_("最早"))]
FACETS = ("kind", "department", "column", "year", "validity")
CHOICES = (*FACETS, "catalogue_item")
DATES = {"from": N_("开始日期"), "to": N_("结束日期")}
MAX_QUERY = 200
MAX_CHOSEN = 20
A_PAGE = 20
YES = "true"


@dataclass(frozen=True)
class Asked:
    """One address of the search page, read. The names are those of search's own parameters.

    `page` only says which page this is; the place itself is in `cursor`. `errors` are sentences by field;
    `typed` are the days as read, also those that make no range.
    """

    q: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    has_attachment: bool = False
    exact: bool = False
    sort: str = "relevance"
    cursor: str = ""
    page: int = 1
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def narrowed(self) -> dict[str, Any]:
        """The conditions beside the words, as an address holds them."""
        attachment = YES if self.has_attachment else ""
        return {**self.chosen, **self.dates, "has_attachment": attachment, "exact": "1" if self.exact else ""}

    @property
    def params(self) -> dict[str, Any]:
        """The address of the first page, for `query` to change."""
        sort = "" if self.sort == SORTS[0][0] else self.sort
        return {"q": self.q, **self.narrowed, "sort": sort}

    @property
    def sent(self) -> dict[str, Any]:
        """What search is asked."""
        return {"q": self.q, **self.narrowed, "sort": self.sort, "cursor": self.cursor, "limit": A_PAGE}

    @property
    def is_narrowed(self) -> bool:
        return any(self.chosen.values()) or any(self.dates.values()) or self.has_attachment

    @property
    def before(self) -> int:
        """How many results stand on the pages before this one."""
        return (self.page - 1) * A_PAGE


def read_asked(given: QueryParams) -> Asked:
    """Read an address; what makes no sense is named in `errors` and otherwise left out."""
    errors: dict[str, str] = {}
    sort, page = given.get("sort", ""), given.get("page", "")
    cursor = given.get("cursor", "")
    typed = _days(given, errors)
    return Asked(
        q=_question(given.get("q", ""), errors),
        chosen={name: _choices(given.getlist(name)) for name in CHOICES},
        dates=_range(typed, errors),
        typed=typed,
        has_attachment=given.get("has_attachment") in (YES, "1"),
        exact=given.get("exact") in (YES, "1"),
        sort=sort if sort in dict(SORTS) else SORTS[0][0],
        cursor=cursor,
        page=max(2, int(page)) if cursor and page.isascii() and page.isdigit() and len(page) < 5 else 1,
        errors=errors,
    )


def _question(text: str, errors: dict[str, str]) -> str:
    """The words. Search refuses what is too long; we say so without troubling it, and keep what fits a field."""
    words = text.strip()
    if len(words) > MAX_QUERY:
        errors["q"] = _(
            "检索词最多 %(most)s 个字，您输入了 %(typed)s 个。请缩短后再试。", most=MAX_QUERY, typed=len(words)
        )
    return words[: 10 * MAX_QUERY]


def _choices(values: Sequence[str]) -> list[str]:
    """Each choice once, in the order chosen."""
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))[:MAX_CHOSEN]


def _days(given: QueryParams, errors: dict[str, str]) -> dict[str, str]:
    days = {}
    for name, label in DATES.items():
        try:
            day = read_date(given.get(name, ""))
        except NotADate:
            errors[name] = _("%(label)s不是有效的日期，例如 2026-03-05", label=_(label))
            continue
        if day:
            days[name] = day.isoformat()
    return days


def _range(days: dict[str, str], errors: dict[str, str]) -> dict[str, str]:
    """The days unless they are reversed; as ISO dates they compare as they are."""
    if len(days) == len(DATES) and days["from"] > days["to"]:
        errors["from"] = _("开始日期晚于结束日期，请改正其中一个")
        return {}
    return days
