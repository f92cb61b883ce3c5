"""Two versions of a document beside each other: changed facts, and the body with changed characters marked."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup, escape

from portal.clients.publishing import Document, Draft
from portal.wording import day
from shared.kinds import kind_label

BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "li", "tr", "caption", "blockquote", "pre", "br"}
CELLS = {"td", "th"}
ALIKE = 0.35


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.lines.append("")
        elif tag in CELLS and self.lines[-1]:
            self.lines[-1] += "　"

    def handle_data(self, data: str) -> None:
        self.lines[-1] += " ".join(data.split())


def paragraphs(html: str, text: str = "") -> list[str]:
    """The paragraphs of a body, a table's row as one."""
    if not html:
        return [line.strip() for line in text.splitlines() if line.strip()]
    reader = _Paragraphs()
    reader.feed(html)
    return [line.strip() for line in reader.lines if line.strip()]


def compare(before: list[str], after: list[str]) -> list[tuple[Markup, Markup, bool]]:
    """Rows of (before, after, changed); removed characters in <del>, added ones in <ins>."""
    rows: list[tuple[Markup, Markup, bool]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [(escape(line), escape(line), False) for line in before[a:b]]
        else:
            rows += list(_changed(before[a:b], after[c:d]))
    return rows


def _changed(old: list[str], new: list[str]) -> Iterator[tuple[Markup, Markup, bool]]:
    for place in range(max(len(old), len(new))):
        left = old[place] if place < len(old) else ""
        right = new[place] if place < len(new) else ""
        yield (*_characters(left, right), True)


def _characters(left: str, right: str) -> tuple[Markup, Markup]:
    match = SequenceMatcher(None, left, right, autojunk=False)
    if match.ratio() < ALIKE:
        return _marked("del", left), _marked("ins", right)
    before, after = Markup(""), Markup("")
    for tag, a, b, c, d in match.get_opcodes():
        before += escape(left[a:b]) if tag == "equal" else _marked("del", left[a:b])
        after += escape(right[c:d]) if tag == "equal" else _marked("ins", right[c:d])
    return before, after


def _marked(element: str, text: str) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(Markup(element), text) if text else Markup("")  # noqa: S704 - ours


def facts(draft: Draft | Document, columns: dict[str, str]) -> dict[str, str]:
    """What is compared beside the body, in words."""
    return {
        "标题": draft.title,
        "体裁": kind_label(draft.kind),
        "栏目": columns.get(draft.column or "", draft.column or ""),
        "文号": draft.document_number or "",
        "索引号": draft.index_number or "",
        "成文日期": day(draft.issued_on) if draft.issued_on else "",
        "主题词": "、".join(draft.keywords),
        "附件": "；".join(f"{file.name}（{file.sha256[:8]}）" for file in draft.attachments),
    }


def changed_facts(before: dict[str, str], after: dict[str, str]) -> list[dict[str, Any]]:
    """Facts that differ, or all of a first version."""
    return [
        {"name": name, "before": before.get(name, ""), "after": value}
        for name, value in after.items()
        if before.get(name, "") != value
    ]
