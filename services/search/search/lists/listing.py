"""A question as the addresses of feed, export and alerts carry it: what is wanted, in no particular order or page.

They take the parameters of `/api/search`. What matches is decided where every search decides it.
"""

import hashlib
import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from search.domain import EARLIEST_YEAR, Search, Sort, fold, read_words
from search.matching import Query
from search.query import search_body
from shared.kinds import kind_label
from shared.validity import validity_label
from shared.problems import Invalid

MOST_VALUES = 20
LONGEST_CODE = 100
LATEST_YEAR = 9999
FURTHER = {"column": "column", "validity": "validity", "catalogue_item": "catalogue_items"}
OF_A_PAGE = ("sort", "cursor", "limit", "page", "format", "facets")


def _values(given: Any) -> Any:
    """One value or several; blank ones, as an empty form field sends them, say nothing."""
    several = given if isinstance(given, list | tuple | set) else [given]
    return tuple(sorted({str(value).strip() for value in several} - {""}))


def _years(given: Any) -> Any:
    found = _values(given)
    if not all(value.isascii() and value.isdigit() and len(value) == 4 for value in found):
        raise ValueError(f"年份须为四位数字，例如 2026，不早于 {EARLIEST_YEAR}")
    return found


Code = Annotated[str, Field(max_length=LONGEST_CODE)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_values), Field(max_length=MOST_VALUES)]
Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
Years = Annotated[tuple[Year, ...], BeforeValidator(_years), Field(max_length=MOST_VALUES)]


class Listing(BaseModel):
    """What is wanted: words, and for each facet the values of which one must hold."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: str = ""
    kind: Codes = ()
    department: Codes = ()
    year: Years = ()
    column: Codes = ()
    validity: Codes = ()
    catalogue_item: Codes = ()

    @property
    def key(self) -> str:
        """SHA-256 that is equal for questions that ask the same."""
        asked = {**self.params(), "q": " ".join(fold(self.q).split())}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def params(self) -> dict[str, Any]:
        """The parameters that say something, as JSON holds them."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters for an address."""
        each = ((name, value if isinstance(value, list) else [value]) for name, value in self.params().items())
        return [(name, str(value)) for name, values in each for value in values]

    def search(self, sort: Sort = Sort.NEWEST) -> Search:
        """The question as the engine is asked it. Raises QueryTooLong."""
        return Search(read_words(self.q), self.kind, self.department, self.year, sort)

    def asks_nothing(self) -> bool:
        """Whether something was typed that holds no letter to look for; such a search finds nothing."""
        return bool(self.q.strip()) and not read_words(self.q)

    def described(self, names: dict[str, str] | None = None) -> str:
        """In people's words; `names` gives those of departments and columns by code."""
        known = names or {}
        parts = [f"“{self.q.strip()}”"] if self.q.strip() else []
        parts += [f"体裁：{'、'.join(map(kind_label, self.kind))}"] if self.kind else []
        facets = (("发布机构", self.department), ("栏目", self.column), ("目录事项", self.catalogue_item))
        parts += [f"{label}：{'、'.join(known.get(code, code) for code in codes)}" for label, codes in facets if codes]
        parts += [f"有效性：{'、'.join(map(validity_label, self.validity))}"] if self.validity else []
        parts += [f"年份：{'、'.join(map(str, self.year))}"] if self.year else []
        return "，".join(parts) or "全部新公开的文件"


def selection(listing: Listing) -> Query:
    """What a document must hold to be listed, filters included."""
    if listing.asks_nothing():
        return {"match_none": {}}
    body = search_body(listing.search())
    filters = body.get("post_filter", {}).get("bool", {}).get("filter", [])
    further = {name: getattr(listing, field) for field, name in FURTHER.items()}
    terms = [{"terms": {name: list(values)}} for name, values in further.items() if values]
    return {"bool": {"must": [body["query"]], "filter": [*filters, *terms]}}


_LISTING = TypeAdapter(Listing)


def read_listing(params: list[tuple[str, str]]) -> Listing:
    """The listing of an address's parameters, less those of order and page.

    Raises:
        Invalid: a value makes no sense, or a condition is unknown: leaving it out would list too much.
        QueryTooLong: see `search.domain`.
    """
    given: dict[str, Any] = {}
    for name, value in params:
        if name == "q":
            given["q"] = value
        elif name in Listing.model_fields:
            given.setdefault(name, []).append(value)
        elif name not in OF_A_PAGE and value:
            raise Invalid(f"不支持按“{name[:40]}”筛选，请去掉这个条件", field=name[:40])
    try:
        listing = _LISTING.validate_python(given)
    except ValidationError as error:
        raise invalid(error) from error
    read_words(listing.q)
    return listing


LABELS = {
    "q": "检索词",
    "kind": "体裁",
    "department": "发布机构",
    "year": "年份",
    "column": "栏目",
    "validity": "有效性",
    "catalogue_item": "目录事项",
}


def invalid(error: ValidationError) -> Invalid:
    """The first thing wrong with a listing, in the person's words."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    if first["type"] == "value_error":
        said = str(first["ctx"]["error"])
    elif first["type"] == "too_long":
        said = f"最多选 {MOST_VALUES} 项"
    else:
        said = "内容有误"
    return Invalid(f"{LABELS.get(name, name)}：{said}", field=name)
