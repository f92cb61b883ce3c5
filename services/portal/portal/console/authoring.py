"""A draft between the record and the editor: simple HTML as text a person can edit, fields back again."""

from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser
from typing import Any

from portal.clients.publishing import Attachment, Draft
from portal.dates import NotADate, parts, parts_of, read_parts

HEADINGS = {f"h{level}": "#" * level for level in range(2, 7)}
PLAIN = {*HEADINGS, "p", "ul", "li", "strong", "b", "br"}
TEXT_FIELDS = (
    "title",
    "kind",
    "department",
    "column",
    "document_number",
    "index_number",
    "keywords",
    "source",
    "validity",
)


class NotPlain(Exception):
    """The markup holds more than the editor's text can say."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in PLAIN or attrs:
            raise NotPlain(tag)
        if tag in ("strong", "b"):
            self.lines[-1] += "**"
        else:
            self.lines.append({**{h: f"{mark} " for h, mark in HEADINGS.items()}, "li": "- "}.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("strong", "b"):
            self.lines[-1] += "**"
        else:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += " ".join(data.split())


def as_text(html: str) -> str | None:
    """The body as the text it could have been written in; None when that would lose something."""
    reader = _Reader()
    try:
        reader.feed(html)
    except NotPlain:
        return None
    return "\n".join(line for line in reader.lines if line.strip(" #-"))


def editable(draft: Draft) -> dict[str, Any]:
    """The form's values for a draft."""
    text = draft.body if not draft.body_html else as_text(draft.body_html)
    return {
        **{name: getattr(draft, name) or "" for name in TEXT_FIELDS if name not in ("keywords",)},
        "keywords": "、".join(draft.keywords),
        "catalogue_items": "、".join(draft.catalogue_items),
        "issued_on": parts_of(draft.issued_on),
        "format": "html" if text is None else "text",
        "body": draft.body_html if text is None else text,
        "attachments": draft.attachments,
    }


def entered(form: Mapping[str, Any], kept: list[Attachment]) -> dict[str, Any]:
    """The form's values as they were typed, to show again."""
    texts = {name: str(form.get(name) or "") for name in (*TEXT_FIELDS, "catalogue_items", "format", "body")}
    return texts | {"issued_on": parts(form, "issued_on"), "attachments": kept}


def fields(values: Mapping[str, Any], form: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What publishing takes, and what is wrong with the form."""
    errors = {} if values["title"].strip() else {"title": "请填写标题"}
    issued_on = None
    try:
        issued_on = read_parts(form, "issued_on")
    except NotADate:
        errors["issued_on"] = "成文日期不是有效的日期，例如 2026 年 3 月 5 日"
    html = values["body"] if values["format"] == "html" else None
    return {
        "title": values["title"].strip(),
        "kind": values["kind"] or "other",
        "validity": values["validity"] or "in_force",
        "department": values["department"],
        "column": values["column"] or None,
        "document_number": values["document_number"].strip() or None,
        "index_number": values["index_number"].strip() or None,
        "source": values["source"].strip() or None,
        "issued_on": issued_on.isoformat() if issued_on else None,
        "keywords": words(values["keywords"]),
        "catalogue_items": words(values["catalogue_items"]),
        "body": "" if html is not None else values["body"],
        "body_html": html,
        "attachments": [{"sha256": a.sha256, "name": a.name} for a in values["attachments"]],
    }, errors


def words(text: str) -> list[str]:
    """Words of a list typed with any usual separator."""
    for separator in "，,；;　 \n\t":
        text = text.replace(separator, "、")
    return [word for word in (part.strip() for part in text.split("、")) if word]


def preview_html(values: Mapping[str, Any]) -> str:
    """The body as HTML, for the preview beside the editor; publishing renders the record itself."""
    if values["format"] == "html":
        return str(values["body"])
    parts_: list[str] = []
    for line in (line.strip() for line in str(values["body"]).splitlines()):
        mark = line.split(" ", 1)[0]
        level = len(mark) if line and set(mark) == {"#"} and " " in line else 0
        if level:
            parts_.append(f"<h{max(2, level)}>{escape(line[level:].strip())}</h{max(2, level)}>")
        elif line.startswith("- "):
            parts_.append(f"<ul><li>{escape(line[2:])}</li></ul>")
        elif line:
            parts_.append(f"<p>{escape(line)}</p>")
    return "".join(parts_)
