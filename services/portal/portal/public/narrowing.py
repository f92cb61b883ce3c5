"""Facets to choose from, and the chosen ones as chips that can be taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.clients.catalog import Column
from portal.clients.search import Facets
from portal.pages import query
from portal.public.asking import CHOICES, DATES, FACETS, YES, Asked
from portal.translations import N_, _, zh
from portal.wording import kind_word, validity_word

TITLES = {
    "kind": N_("体裁"),
    "department": N_("发布机构"),
    "column": N_("栏目"),
    "year": N_("年份"),
    "validity": N_("有效性"),
    "catalogue_item": N_("目录事项"),
}
SHOWN = 6


@dataclass(frozen=True)
class Choice:
    """One value of a facet. `count` is None where search did not count; `depth` is its place in a tree."""

    value: str
    label: Any  # Markup where it is Chinese on a page that is not
    count: int | None
    chosen: bool
    depth: int = 0


@dataclass(frozen=True)
class Facet:
    """A group of choices: the first are shown, the rest on demand."""

    name: str
    title: str
    first: list[Choice]
    more: list[Choice]

    @property
    def chosen(self) -> int:
        return sum(choice.chosen for choice in [*self.first, *self.more])


@dataclass(frozen=True)
class Chip:
    """A chosen condition in words, the address without it, and how many results meet it where search counted them."""

    text: Any
    href: str
    count: int | None = None


class Labels:
    """Words for the values of facets: as search names them, else as the other services do."""

    def __init__(self, counted: Facets, departments: Mapping[str, str], columns: list[Column]) -> None:
        self.columns = columns
        self._known = {
            "department": departments,
            "column": {column.code: column.name for column in columns},
        }
        self._said = {
            (name, value.value): value.label
            for name, values in counted.items()
            for value in values
            if value.label and value.label != value.value
        }

    def __call__(self, name: str, value: str) -> Any:
        if name == "kind":
            return kind_word(value)
        if name == "validity":
            return validity_word(value)
        if name == "year":
            return _("%(year)s 年", year=value)
        return zh(self._said.get((name, value)) or self._known.get(name, {}).get(value, value))


def facets_of(asked: Asked, counted: Facets, labels: Labels) -> list[Facet]:
    """The facets search counted, and those that hold a choice."""
    groups = []
    for name in FACETS:
        chosen = asked.chosen.get(name, [])
        counts = {value.value: value.count for value in counted.get(name, [])}
        values = [*counts, *(value for value in chosen if value not in counts)]
        if not values:
            continue
        depths = dict.fromkeys(values, 0) if name != "column" else _in_tree(values, labels.columns)
        choices = [
            Choice(value, labels(name, value), counts.get(value), value in chosen, depth)
            for value, depth in depths.items()
        ]
        groups.append(_folded(name, choices))
    return groups


def _folded(name: str, choices: list[Choice]) -> Facet:
    """The first few, reaching at least to the last chosen one."""
    last = max((place for place, choice in enumerate(choices, 1) if choice.chosen), default=0)
    shown = max(SHOWN, last)
    if len(choices) <= shown + 1:
        shown = len(choices)
    return Facet(name, _(TITLES[name]), choices[:shown], choices[shown:])


def _in_tree(values: list[str], columns: list[Column]) -> dict[str, int]:
    """The columns in the order of the site's tree with their depths; columns it does not know stand last."""
    parents = {column.code: column.parent for column in columns}
    wanted = set(values)

    def below(parent: str | None, depth: int) -> Iterator[tuple[str, int]]:
        for code, above in parents.items():
            if (above if above in parents else None) == parent:
                if code in wanted:
                    yield code, depth
                yield from below(code, depth + (code in wanted))

    placed = dict(below(None, 0))
    return placed | {value: 0 for value in values if value not in placed}


def attachment_count(counted: Facets) -> int | None:
    """How many of the results have attachments, where search counted them."""
    values = counted.get("has_attachment", [])
    return next((value.count for value in values if value.value.lower() == YES), None)


def chips_of(asked: Asked, counted: Facets, labels: Labels) -> list[Chip]:
    """Every chosen condition; a range of dates is one."""
    chips = []
    for name in CHOICES:
        chosen = asked.chosen.get(name, [])
        counts = {value.value: value.count for value in counted.get(name, [])}
        for value in chosen:
            others = [other for other in chosen if other != value]
            chips.append(Chip(labels(name, value), query(asked.params, **{name: others}), counts.get(value)))
    if any(asked.dates.values()):
        begin, end = (asked.dates.get(name, "") for name in DATES)
        chips.append(Chip(_span(begin, end), query(asked.params, **dict.fromkeys(DATES, ""))))
    if asked.has_attachment:
        chips.append(Chip(_("有附件"), query(asked.params, has_attachment=""), attachment_count(counted)))
    return chips


def _span(begin: str, end: str) -> str:
    if begin and end:
        return _("%(begin)s 至 %(end)s", begin=begin, end=end)
    return _("%(begin)s 以后", begin=begin) if begin else _("%(end)s 以前", end=end)
