"""A body's passages put into its HTML, so that `/items/ID#a70` is the place search answers with.

The passages are those of `shared.passages`, which the index is built with. They are found again in the sanitised
HTML by their first lines, in order; what cannot be found is left without an anchor.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from markupsafe import Markup, escape

from shared.passages import Passage, split

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_BREAKS = {"br", "hr"}
_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "li", "tr", "blockquote", "pre", "caption", "dd", "dt", "div"}
_CELLS = {"td", "th"}
_VOID = {"br", "hr", "img"}
_SPACE = re.compile(r"\s+")
_HEADING_ANCHOR = re.compile(r"h\d+(_\d+)?")
TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the body's text. `block` is where its element begins, None inside of another or after a break."""

    text: str
    start: int
    block: int | None


@dataclass(frozen=True)
class Entry:
    """A heading of the contents, and the articles below it as (anchor, label)."""

    anchor: str
    title: str
    depth: int
    articles: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Anchored:
    """The HTML with its anchors, and what a table of contents needs."""

    html: Markup
    contents: list[Entry]


def anchored(html: Markup, text: str = "") -> Anchored:
    """Put the passages of a body into its sanitised HTML. `text` is the plain text the index holds of it."""
    lines = list(_lines(str(html)))
    body = text or "\n".join(line.text for line in lines)
    placed = _placed(lines, body, split(body))
    return Anchored(_marked(str(html), placed), _contents(body, [passage for passage, _ in placed]))


def _lines(html: str) -> Iterator[_Line]:
    """The lines publishing's plain text has: one per block or break. Sanitised markup is well formed."""
    depth, start, block, at, parts = 0, 0, None, 0, []
    for tag in _TAG.finditer(html):
        parts.append(html[at : tag.start()])
        closing, name = tag[1], tag[2]
        if closing and name in _CELLS:
            parts.append(" ")
        if name in _BLOCKS or name in _BREAKS:
            yield from _line(parts, start, block)
            opens = not closing and name in _BLOCKS
            parts, start, block = [], tag.end(), tag.start() if opens and depth == 0 else None
        depth += 0 if name in _VOID else -1 if closing else 1
        at = tag.end()
    yield from _line([*parts, html[at:]], start, block)


def _line(parts: list[str], start: int, block: int | None) -> Iterator[_Line]:
    text = unescape("".join(parts)).strip()
    if text:
        yield _Line(_folded(text), start, block)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _placed(lines: list[_Line], body: str, passages: list[Passage]) -> list[tuple[Passage, _Line]]:
    """Each passage with the line it begins with, in order."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        places.setdefault(line.text, []).append(number)
    found, after = [], 0
    for passage in passages:
        here = places.get(_first_line(body, passage), [])
        at = bisect_left(here, after)
        if at < len(here):
            found.append((passage, lines[here[at]]))
            after = here[at] + 1
    return found


def _first_line(body: str, passage: Passage) -> str:
    words = body[passage.start : passage.end].lstrip()
    return _folded(words.split("\n", 1)[0])


def _marked(html: str, placed: list[tuple[Passage, _Line]]) -> Markup:
    """A section for each passage that begins with a block of its own, else an empty element before its words."""
    pieces, at, opened = [], 0, False
    for passage, line in placed:
        place = line.start if line.block is None else line.block
        pieces.append(html[at:place])
        if line.block is None:
            pieces.append(f'<span class="anchor" id="{escape(passage.anchor)}"></span>')
        else:
            kind = "passage passage-heading" if passage.heading.endswith(line.text) else "passage"
            pieces.append(f'{"</section>" if opened else ""}<section class="{kind}" id="{escape(passage.anchor)}">')
            opened = True
        at = place
    pieces.append(html[at:] + ("</section>" if opened else ""))
    return Markup("".join(pieces))  # noqa: S704 - sanitised before, and the anchors are escaped


def _contents(body: str, passages: list[Passage]) -> list[Entry]:
    """Headings in order, each with the articles up to the next; articles before any heading stand first."""
    entries: list[Entry] = []
    above: list[str] = []
    for passage in passages:
        if passage.label:
            if not entries:
                entries.append(Entry("", "", 0))
            if "p" not in passage.anchor:
                entries[-1].articles.append((passage.anchor, passage.label))
        elif _HEADING_ANCHOR.fullmatch(passage.anchor) and passage.heading:
            while above and not passage.heading.startswith(f"{above[-1]} "):
                above.pop()
            title = _first_line(body, passage).lstrip("# ")
            if passage.heading.endswith(title):
                entries.append(Entry(passage.anchor, title[:TITLE_LENGTH], len(above)))
                above.append(passage.heading)
    return entries
