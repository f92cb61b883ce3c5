"""Bodies: plain text or simple Markdown to HTML, HTML to what we allow, HTML to plain text.

Departments write a paragraph a line, as Chinese official documents do, so each line is a paragraph of its
own. Headings (`## 第一章`), lists (`- `), tables (`| a | b |`) and emphasis (`**`) are all the structure they use.
"""

import html
import re
from collections.abc import Callable, Iterator
from itertools import groupby

import nh3

ALLOWED_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("strong", "em", "b", "i", "u", "s", "sub", "sup", "a"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
_HEADING = re.compile(r"(#{1,6}) +(.+)")
_BULLET = re.compile(r"[-*] +(.+)")
_RULE = re.compile(r"\|[-: |]+\|")
_STRONG = re.compile(r"\*\*(\S(?:[^*]*\S)?)\*\*")
_BLOCK_END = re.compile(r"</(?:p|h[2-6]|li|tr|blockquote|pre|caption)>|<(?:br|hr)[^>]*>")
_CELL_END = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^>]*>")
_cleaner = nh3.Cleaner(
    tags=ALLOWED_TAGS,
    attributes=ALLOWED_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
)


def render(text: str) -> str:
    """Sanitised HTML of a department's text. `#` becomes `h2`, since the title is the page's `h1`."""
    lines = [stripped for line in html.escape(text, quote=False).splitlines() if (stripped := line.strip())]
    parts: list[str] = []
    for kind, together in groupby(lines, _group):
        parts.extend(_GROUPS[kind](list(together)))
    return sanitise("\n".join(parts))


def _group(line: str) -> str:
    if line[0] in "-*" and _BULLET.fullmatch(line):
        return "list"
    return "table" if line[0] == "|" and line[-1] == "|" and len(line) > 1 else "blocks"


def _blocks(lines: list[str]) -> Iterator[str]:
    return map(_block, lines)


def _list(lines: list[str]) -> Iterator[str]:
    yield "<ul>"
    for line in lines:
        yield f"<li>{_inline(line[1:].lstrip())}</li>"
    yield "</ul>"


def _table(lines: list[str]) -> Iterator[str]:
    """Rows of `| a | b |`; a second row of dashes makes the first a heading."""
    headed = len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    if headed:
        yield f"<table><thead>{_row(rows[0], 'th')}</thead><tbody>"
    else:
        yield "<table><tbody>"
    for row in rows[2:] if headed else rows:
        yield _row(row, "td")
    yield "</tbody></table>"


def _row(cells: list[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_inline(cell)}</{tag}>' for cell in cells)}</tr>"


_GROUPS: dict[str, Callable[[list[str]], Iterator[str]]] = {"blocks": _blocks, "list": _list, "table": _table}


def _block(line: str) -> str:
    heading = _HEADING.fullmatch(line) if line[0] == "#" else None
    if heading:
        level = max(2, len(heading[1]))
        return f"<h{level}>{_inline(heading[2].rstrip(' #'))}</h{level}>"
    return f"<p>{_inline(line)}</p>"


def _inline(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", text) if "**" in text else text


def sanitise(markup: str) -> str:
    """The markup without anything not on the list: scripts, styles, handlers, foreign schemes."""
    return _cleaner.clean(markup)


def plain_text(markup: str) -> str:
    """The text of sanitised markup, a line per block, for search and for lists."""
    if "<td" in markup or "<th" in markup:
        markup = _CELL_END.sub("\t", markup)
    lines = html.unescape(_TAG.sub("", _BLOCK_END.sub("\n", markup))).splitlines()
    return "\n".join(stripped for line in lines if (stripped := line.strip()))
