"""A question as the addresses of feed, export and alerts carry it: what is wanted, in no particular order or page.

They take the parameters of `/api/search`, read where a search reads them. What matches is decided where every search
decides it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from search.asking import PARAMETERS, read_asked
from search.domain import DateOf, Search, Sort, Words, fold, read_words
from search.marking import Query
from search.query import whole_query
from shared.kinds import kind_label
from shared.validity import validity_label

OF_A_PAGE = ("page", "format")  # what the addresses of pages and tables carry beside the parameters of a search
_ORDER = ("sort", "limit", "facets")
_KEPT = {name: parameter.field for name, parameter in PARAMETERS.items() if name not in _ORDER}
_RESTORED: dict[str, Callable[[str], Any]] = {"from": date.fromisoformat, "to": date.fromisoformat, "dates": DateOf}
_ANYTHING = Search(Words())
NO_NAMES: Mapping[str, str] = {}

Understand = Callable[[Search], Search]


@dataclass(frozen=True)
class Listing:
    """What is wanted: the words as typed, and the question as asked; an export alone heeds its order."""

    q: str
    search: Search

    @classmethod
    def kept(cls, params: dict[str, Any]) -> "Listing":
        """The question that has these `params`. Its values may be such as are refused today: it asks what it asked."""
        fields = {field: _restored(name, params[name]) for name, field in _KEPT.items() if name in params}
        q = params.get("q", "")
        return cls(q, Search(read_words(q), **fields))

    @property
    def key(self) -> str:
        """SHA-256 that is equal for questions that ask the same."""
        asked = {**self.params(), "q": " ".join(fold(self.q).split())}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def params(self) -> dict[str, Any]:
        """The parameters that say something, as JSON holds them."""
        words = {"q": self.q} if self.q else {}
        values = {name: getattr(self.search, field) for name, field in _KEPT.items()}
        saying = {name: value for name, value in values.items() if value != getattr(_ANYTHING, _KEPT[name])}
        return {**words, **{name: _plain(value) for name, value in saying.items()}}

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters for an address."""
        each = ((name, value if isinstance(value, list) else [value]) for name, value in self.params().items())
        return [(name, _written(value)) for name, values in each for value in values]

    def asks_nothing(self) -> bool:
        """Whether something was typed that holds no letter to look for; such a search finds nothing."""
        return bool(self.q.strip()) and not self.search.words

    def described(self, departments: Mapping[str, str] = NO_NAMES, columns: Mapping[str, str] = NO_NAMES) -> str:
        """In people's words, with the names of departments and of columns by code; a code without one stays."""
        asked = self.search
        parts = [f"“{self.q.strip()}”"] if self.q.strip() else []
        parts += [f"体裁：{'、'.join(map(kind_label, asked.kinds))}"] if asked.kinds else []
        facets = (
            ("发布机构", asked.departments, departments),
            ("栏目", asked.columns, columns),
            ("目录事项", asked.catalogue_items, NO_NAMES),
        )
        for label, codes, names in facets:
            parts += [f"{label}：{'、'.join(names.get(code, code) for code in codes)}"] if codes else []
        parts += [f"有效性：{'、'.join(map(validity_label, asked.validities))}"] if asked.validities else []
        parts += [f"年份：{'、'.join(map(str, asked.years))}"] if asked.years else []
        of = "成文日期" if asked.dates is DateOf.ISSUED else "发布日期"
        parts += [f"{of}：{asked.begin or '最早'} 至 {asked.end or '今后'}"] if asked.begin or asked.end else []
        parts += [] if asked.has_attachment is None else ["有附件" if asked.has_attachment else "无附件"]
        parts += ["按原词"] if asked.exact else []
        return "，".join(parts) or "全部新公开的文件"


def read_listing(params: list[tuple[str, str]]) -> Listing:
    """The listing of an address's parameters. Raises what `read_asked` raises."""
    asked = read_asked((name, value) for name, value in params if name not in OF_A_PAGE)
    return Listing(asked.q, asked.search)


def selection(listing: Listing, understand: Understand, sort: Sort = Sort.NEWEST) -> Query:
    """What a document must hold to be listed, filters included, scored where the order needs it."""
    if listing.asks_nothing():
        return {"match_none": {}}
    return whole_query(understand(replace(listing.search, sort=sort)))


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool) else str(value)


def _restored(name: str, value: Any) -> Any:
    """A value as JSON holds it, read again."""
    if isinstance(value, list):
        return tuple(value)
    return _RESTORED[name](value) if name in _RESTORED else value


def _written(value: Any) -> str:
    """A value as an address holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
