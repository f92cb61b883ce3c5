"""A question as it stands in a URL: every parameter read, or refused by name in the person's words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from search.domain import EARLIEST_YEAR, LATEST_YEAR, DateOf, Search, Sort, read_words
from shared.events import Validity
from shared.kinds import KIND_LABELS
from shared.problems import Invalid

MOST_VALUES = 20
LONGEST_VALUE = 200
LONGEST_CURSOR = 8000

_YES = {"true": True, "1": True, "false": False, "0": False}
_SORTS = {sort.value: sort for sort in Sort}
_DATES = {of.value: of for of in DateOf}
_VALIDITIES = {validity.value: validity.value for validity in Validity}
_KINDS = {str(kind): str(kind) for kind in KIND_LABELS}


@dataclass(frozen=True)
class Asked:
    """A request to search: the words as typed, the question, and what else was wanted."""

    q: str
    search: Search
    cursor: str | None = None
    explain: bool = False


@dataclass(frozen=True)
class Parameter:
    """One parameter: its Chinese name, how a value is read (ValueError: not this), and what may be given."""

    label: str
    read: Callable[[str], Any]
    allowed: str
    field: str
    many: bool = False


def _one_of(values: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in values:
            raise ValueError(text)
        return values[text]

    return read


def _year(text: str) -> int:
    year = number_of(text)
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(text)
    return year


def number_of(text: str) -> int:
    """A whole number of at most nine digits. Raises ValueError."""
    if not (text.isascii() and text.removeprefix("-").isdigit()) or len(text) > 9:
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(text)
    return day


def _code(text: str) -> str:
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise ValueError(text)
    return text


_CODE = f"最多 {LONGEST_VALUE} 个字的代码"
_DAY = f"{EARLIEST_YEAR} 至 {LATEST_YEAR} 年间的日期，写作 2018-05-01"
PARAMETERS: dict[str, Parameter] = {
    "kind": Parameter("信息类别", _one_of(_KINDS), "、".join(KIND_LABELS), "kinds", many=True),
    "column": Parameter("栏目", _code, _CODE, "columns", many=True),
    "department": Parameter("部门", _code, _CODE, "departments", many=True),
    "validity": Parameter("有效性", _one_of(_VALIDITIES), "、".join(Validity), "validities", many=True),
    "year": Parameter("年份", _year, f"{EARLIEST_YEAR} 至 {LATEST_YEAR} 的整数", "years", many=True),
    "catalogue_item": Parameter("目录事项", _code, _CODE, "catalogue_items", many=True),
    "has_attachment": Parameter("有无附件", _one_of(_YES), "true 或 false", "has_attachment"),
    "from": Parameter("开始日期", _day, _DAY, "begin"),
    "to": Parameter("结束日期", _day, _DAY, "end"),
    "dates": Parameter("日期类型", _one_of(_DATES), "published（发布日期）或 issued（成文日期）", "dates"),
    "sort": Parameter("排序", _one_of(_SORTS), "、".join(Sort), "sort"),
    "limit": Parameter("每页条数", number_of, "整数", "limit"),
    "exact": Parameter("按原词", _one_of(_YES), "true 或 false", "exact"),
    "facets": Parameter("分面统计", _one_of(_YES), "true 或 false", "facets"),
}
_BESIDE = {"q": "检索词", "cursor": "翻页标记", "explain": "显示理由"}


def read_asked(given: Iterable[tuple[str, str]]) -> Asked:
    """Read the parameters of a search. An empty value is no value; of a single parameter the last counts.

    Raises:
        Invalid: a parameter nobody knows, or a value that makes no sense; `field` names it.
        QueryTooLong, PageTooLarge, DatesReversed: see `search.domain`.
    """
    fields: dict[str, Any] = {}
    beside: dict[str, str] = {}
    for name, text in given:
        if name in _BESIDE:
            beside[name] = text
        elif parameter := PARAMETERS.get(name):
            if text:
                _take(fields, name, parameter, text)
        else:
            raise Invalid(f"没有名为“{name[:40]}”的检索条件", field=name[:40])
    cursor = beside.get("cursor") or None
    if cursor and len(cursor) > LONGEST_CURSOR:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")
    q = beside.get("q", "")
    explain = beside.get("explain") or "false"
    if explain not in _YES:
        raise Invalid("显示理由（explain）须为 true 或 false", field="explain")
    return Asked(q, Search(read_words(q), **fields), cursor, _YES[explain])


def _take(fields: dict[str, Any], name: str, parameter: Parameter, text: str) -> None:
    try:
        value = parameter.read(text)
    except ValueError as error:
        raise Invalid(f"{parameter.label}（{name}）须为{parameter.allowed}", field=name) from error
    if not parameter.many:
        fields[parameter.field] = value
        return
    values = fields.get(parameter.field, ())
    if len(values) >= MOST_VALUES:
        raise Invalid(f"{parameter.label}（{name}）最多选 {MOST_VALUES} 个", field=name)
    # In one order, so that the same choice made in another order is the same question.
    fields[parameter.field] = tuple(sorted({*values, value}))


def parameters_schema() -> list[dict[str, Any]]:
    """The parameters as OpenAPI describes them."""
    described = [
        {"name": name, "in": "query", "required": False, "description": label, "schema": {"type": "string"}}
        for name, label in _BESIDE.items()
    ]
    for name, parameter in PARAMETERS.items():
        text = {"type": "string"}
        schema = {"type": "array", "items": text, "maxItems": MOST_VALUES} if parameter.many else text
        about = f"{parameter.label}：{parameter.allowed}"
        described.append({"name": name, "in": "query", "required": False, "description": about, "schema": schema})
    return described
