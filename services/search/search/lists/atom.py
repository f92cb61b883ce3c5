"""An Atom 1.0 feed (RFC 4287) of what a question finds, with paging by `next` (RFC 5005)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from shared.kinds import kind_label

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
SITE = "阳光政务公开"
NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # a feed must say when it changed; one that holds nothing has not
LONGEST_SUMMARY = 200

register_namespace("", ATOM)


@dataclass(frozen=True)
class Entry:
    """One item. `updated` is when its present version was announced."""

    id: str
    title: str
    kind: str
    department_name: str
    published: datetime
    updated: datetime
    summary: str

    @property
    def urn(self) -> str:
        """The same for ever, wherever the site moves."""
        try:
            return UUID(self.id).urn
        except ValueError:
            return stable_urn(f"items/{self.id}")


@dataclass(frozen=True)
class Feed:
    """One page of a feed; the addresses are absolute."""

    urn: str
    title: str
    entries: Sequence[Entry]
    site: str
    itself: str
    results: str
    following: str | None

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=NEVER)


def stable_urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"sunlight:{name}").urn


def write_feed(feed: Feed) -> bytes:
    """The document, the same bytes for the same content."""
    root = Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    _text(root, "id", feed.urn)
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(feed.updated))
    _link(root, "self", feed.itself, MEDIA_TYPE)
    _link(root, "alternate", feed.results, "text/html")
    if feed.following:
        _link(root, "next", feed.following, MEDIA_TYPE)
    _text(SubElement(root, f"{{{ATOM}}}author"), "name", SITE)
    for entry in feed.entries:
        _entry(root, entry, f"{feed.site}/items/{entry.id}")
    written: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written


def _entry(feed: Element, entry: Entry, url: str) -> None:
    node = SubElement(feed, f"{{{ATOM}}}entry")
    _text(node, "id", entry.urn)
    _text(node, "title", entry.title)
    _text(node, "updated", _moment(entry.updated))
    _text(node, "published", _moment(entry.published))
    _link(node, "alternate", url, "text/html")
    _text(SubElement(node, f"{{{ATOM}}}author"), "name", entry.department_name)
    SubElement(node, f"{{{ATOM}}}category", {"term": entry.kind, "label": kind_label(entry.kind)})
    _text(node, "summary", entry.summary)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = speakable(text)


def _link(parent: Element, rel: str, href: str, kind: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href, "type": kind})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def speakable(text: str) -> str:
    """Without what neither XML nor a spreadsheet may hold: control characters, surrogates and non-characters."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n" or (unicodedata.category(letter) not in ("Cc", "Cs") and letter not in "\ufffe\uffff")
    )
