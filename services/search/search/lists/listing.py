"""A question as the addresses of feed, export and alerts carry it: what is wanted, in no particular order or page.

They take the parameters of `/api/search`. What matches is decided where every search decides it.
"""

import hashlib
import json
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from search.domain import EARLIEST_YEAR, Search, Sort, fold, read_words
from search.matching import Query
from search.query import whole_query
from shared.kinds import kind_label
from shared.problems import Invalid
from shared.validity import validity_label

MOST_VALUES = 20
LONGEST_CODE = 100
LATEST_YEAR = 9999
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


def _one(given: Any) -> Any:
    """Of a condition that has one value the last given counts, and a blank one is none."""
    values = [value for value in (given if isinstance(given, list) else [given]) if value not in ("", None)]
    return values[-1] if values else None


def _day(given: Any) -> Any:
    try:
        return given if isinstance(given := _one(given), date | None) else date.fromisoformat(given)
    except ValueError as error:
        raise ValueError("须为日期，写作 2018-05-01") from error


Code = Annotated[str, Field(max_length=LONGEST_CODE)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_values), Field(max_length=MOST_VALUES)]
Year = Annotated[int, Field(ge=EARLIEST_YEAR, le=LATEST_YEAR)]
Years = Annotated[tuple[Year, ...], BeforeValidator(_years), Field(max_length=MOST_VALUES)]
Day = Annotated[date | None, BeforeValidator(_day)]


class Listing(BaseModel):
    """What is wanted: words, for each facet the values of which one must hold, and days of publication."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    q: str = ""
    kind: Codes = ()
    department: Codes = ()
    year: Years = ()
    column: Codes = ()
    validity: Codes = ()
    catalogue_item: Codes = ()
    has_attachment: Annotated[bool | None, BeforeValidator(_one)] = None
    begin: Day = Field(None, alias="from")
    end: Day = Field(None, alias="to")
    exact: Annotated[bool, BeforeValidator(lambda given: _one(given) or False)] = False

    @property
    def key(self) -> str:
        """SHA-256 that is equal for questions that ask the same."""
        asked = {**self.params(), "q": " ".join(fold(self.q).split())}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def params(self) -> dict[str, Any]:
        """The parameters that say something, as JSON holds them."""
        return self.model_dump(mode="json", exclude_defaults=True, by_alias=True)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters for an address."""
        each = ((name, value if isinstance(value, list) else [value]) for name, value in self.params().items())
        return [(name, _written(value)) for name, values in each for value in values]

    def search(self, sort: Sort = Sort.NEWEST) -> Search:
        """The question as the engine is asked it. Raises QueryTooLong, DatesReversed."""
        return Search(
            read_words(self.q),
            self.kind,
            self.department,
            self.year,
            sort,
            columns=self.column,
            validities=self.validity,
            catalogue_items=self.catalogue_item,
            has_attachment=self.has_attachment,
            begin=self.begin,
            end=self.end,
            exact=self.exact,
            facets=False,
        )

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
        parts += [f"发布日期：{self.begin or '最早'} 至 {self.end or '今后'}"] if self.begin or self.end else []
        parts += [] if self.has_attachment is None else ["有附件" if self.has_attachment else "无附件"]
        parts += ["按原词"] if self.exact else []
        return "，".join(parts) or "全部新公开的文件"


def selection(listing: Listing, sort: Sort = Sort.NEWEST) -> Query:
    """What a document must hold to be listed, filters included, scored where the order needs it."""
    if listing.asks_nothing():
        return {"match_none": {}}
    return whole_query(listing.search(sort))


def _written(value: Any) -> str:
    """A value as an address holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


_LISTING = TypeAdapter(Listing)
_CONDITIONS = {field.alias or name for name, field in Listing.model_fields.items()}


def read_listing(params: list[tuple[str, str]]) -> Listing:
    """The listing of an address's parameters, less those of order and page.

    Raises:
        Invalid: a value makes no sense, or a condition is unknown: leaving it out would list too much.
        QueryTooLong, DatesReversed: see `search.domain`.
    """
    given: dict[str, Any] = {}
    for name, value in params:
        if name == "q":
            given["q"] = value
        elif name in _CONDITIONS:
            given.setdefault(name, []).append(value)
        elif name not in OF_A_PAGE and value:
            raise Invalid(f"不支持按“{name[:40]}”筛选，请去掉这个条件", field=name[:40])
    try:
        listing = _LISTING.validate_python(given)
    except ValidationError as error:
        raise invalid(error) from error
    listing.search()
    return listing


LABELS = {
    "q": "检索词",
    "kind": "体裁",
    "department": "发布机构",
    "year": "年份",
    "column": "栏目",
    "validity": "有效性",
    "catalogue_item": "目录事项",
    "has_attachment": "有无附件",
    "from": "开始日期",
    "to": "结束日期",
    "exact": "按原词",
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
