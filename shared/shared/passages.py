"""A plain-text body cut where its reader would cut it: articles, headings, numbered sections.

The index answers with the passage that holds the answer, and the public page of the item gives each passage its
anchor, so both must cut alike: this is the one place that does.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.numerals import SIGNS, number

HEADING_LENGTH = 40
LONGEST = 1200  # characters; a longer passage is cut at the next end of a line
_ARTICLE = re.compile(rf"第([{SIGNS}\d]{{1,9}})条(?:之([{SIGNS}\d]{{1,3}}))?(?=[\s　]|$)")
_CHAPTER = re.compile(rf"第[{SIGNS}\d]{{1,5}}(编|分编|章|节)(?=[\s　]|$)")
_SECTION = re.compile(r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])")
_MARKDOWN = re.compile(r"#{1,6}\s+")
_NOTE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日\s*.{0,60}(?:通过|公布|发布|施行|修正|修订|批准|令第)")
_LEVELS = {"编": 1, "分编": 2, "章": 3, "节": 4, "#": 4, "、": 5, "）": 6}
_SENTENCE_END = "。；;：:，,"


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters `start` to `end` of a body.

    `anchor` is unique in the body: `top` for what stands before the first cut, `a70` for 第七十条, `a70-1` for
    第七十条之一, `h3` for the third heading, with `_2` when an article's number occurs a second time and `p2` for
    the second part of a long passage. `label` is the article's own words (第七十条), else empty. `heading` is the
    headings above it, outermost first.
    """

    anchor: str
    label: str
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """A line that begins a passage; `level` is that of a heading, None for articles and notes."""

    anchor: str
    label: str = ""
    level: int | None = None


@dataclass(slots=True)
class _Place:
    """Where the reading of a body stands."""

    headings: dict[int, str] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)

    def enter(self, level: int, text: str) -> None:
        self.headings = {above: words for above, words in self.headings.items() if above < level} | {level: text}

    def unique(self, anchor: str) -> str:
        self.used[anchor] += 1
        return anchor if self.used[anchor] == 1 else f"{anchor}_{self.used[anchor]}"

    def heading_anchor(self) -> str:
        self.used["h"] += 1
        return f"h{self.used['h']}"


def split(text: str) -> list[Passage]:
    """The passages of a body in order; together they are the whole body, without gap or overlap."""
    place = _Place()
    found: list[Passage] = []
    start, anchor, label, heading = 0, "top", "", ""
    for offset, line in _lines(text):
        cut = _cut(line, place)
        if cut is None:
            continue
        if text[start:offset].strip():
            found.extend(_parts(text, Passage(anchor, label, heading, start, offset)))
            start = offset
        if cut.level is not None:
            place.enter(cut.level, _words(line))
        anchor, label = cut.anchor, cut.label
        heading = " ".join(place.headings[level] for level in sorted(place.headings))
    if start < len(text):
        found.extend(_parts(text, Passage(anchor, label, heading, start, len(text))))
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    offset = 0
    for line in text.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if line.strip():
            yield offset + indent, line.strip()
        offset += len(line)


def _cut(line: str, place: _Place) -> _Cut | None:
    article = _ARTICLE.match(line)
    if article:
        anchor = f"a{number(article[1])}" + (f"-{number(article[2])}" if article[2] else "")
        return _Cut(place.unique(anchor), article[0])
    level = _level(line)
    if level is not None:
        return _Cut(place.heading_anchor(), level=level)
    if (line[0] in "一二三四五六七八九十" and _SECTION.match(line)) or _NOTE.match(line):
        return _Cut(place.heading_anchor())
    return None


def _level(line: str) -> int | None:
    """How deep a heading stands, None for a line that is none."""
    if len(line) > HEADING_LENGTH or line[-1] in _SENTENCE_END:
        return None
    chapter = _CHAPTER.match(line.lstrip("# "))
    if chapter:
        return _LEVELS[chapter[1]]
    if _MARKDOWN.match(line):
        return _LEVELS["#"]
    section = _SECTION.match(line)
    return _LEVELS["、" if section[0][-1] == "、" else "）"] if section else None


def _words(line: str) -> str:
    return re.sub(r"\s+", " ", line.lstrip("# "))


def _parts(text: str, passage: Passage) -> Iterator[Passage]:
    """A passage, in parts that end with a line when it is long."""
    start, part = passage.start, 1
    while passage.end - start > LONGEST:
        end = text.find("\n", start + LONGEST // 2, passage.end - 1)
        if end < 0:
            break
        yield Passage(_part_anchor(passage.anchor, part), passage.label, passage.heading, start, end + 1)
        start, part = end + 1, part + 1
    yield Passage(_part_anchor(passage.anchor, part), passage.label, passage.heading, start, passage.end)


def _part_anchor(anchor: str, part: int) -> str:
    return anchor if part == 1 else f"{anchor}p{part}"
