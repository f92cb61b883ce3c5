"""The passage of a hit that answers the question, as its reader sees it."""

import html
import re
from collections.abc import Sequence
from typing import Any

LONGEST = 400  # characters of a passage that are shown


def passage_of(hit: dict[str, Any], marked: Sequence[str]) -> dict[str, str] | None:
    """The best passage of a hit with `marked` words in <em>; None when no passage speaks of the question."""
    found = hit.get("inner_hits", {}).get("passages", {}).get("hits", {}).get("hits", [])
    if not found:
        return None
    passage: dict[str, str] = found[0]["_source"]
    shown = {name: passage[name] for name in ("anchor", "label", "heading")}
    return {
        **shown,
        "text": mark(_shown(passage["text"], marked), marked),
        "url": f"/items/{hit['_id']}#{passage['anchor']}",
    }


def mark(text: str, marked: Sequence[str]) -> str:
    """HTML of a plain text with every marked word in <em>; of words that overlap the longer."""
    words = sorted({word for word in marked if word}, key=len, reverse=True)
    if not words:
        return html.escape(text, quote=False)
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    parts, at = [], 0
    for found in pattern.finditer(text):
        parts += [html.escape(text[at : found.start()], quote=False), f"<em>{html.escape(found[0], quote=False)}</em>"]
        at = found.end()
    return joined("".join([*parts, html.escape(text[at:], quote=False)]))


def joined(marked: str) -> str:
    """Marked words that stand side by side as one mark."""
    return marked.replace("</em><em>", "")


def _shown(text: str, marked: Sequence[str]) -> str:
    """A passage, or of a long one the part around its first marked word."""
    if len(text) <= LONGEST:
        return text
    first = min((at for word in marked if word and (at := text.find(word)) >= 0), default=0)
    start = max(0, min(first - LONGEST // 4, len(text) - LONGEST))
    return f"{'…' if start else ''}{text[start : start + LONGEST]}{'…' if start + LONGEST < len(text) else ''}"
