"""The passage of a hit that answers the question, as its reader sees it."""

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from search.choosing import Candidate, chosen
from search.understanding.question import Question

LONGEST = 400  # characters of a passage that are shown


def passage_of(hit: dict[str, Any], question: Question | None) -> dict[str, str] | None:
    """The passage of a hit that answers, with the question's words in <em>; None when no passage speaks of it."""
    found = hit.get("inner_hits", {}).get("passages", {}).get("hits", {}).get("hits", [])
    if question is None or not found:
        return None
    marked, passage = question.marked, found[chosen(question, [*map(_candidate, found)])]["_source"]
    shown = {name: passage[name] for name in ("anchor", "label", "heading")}
    return {
        **shown,
        "text": mark(_shown(passage["text"], marked), marked),
        "url": f"/items/{hit['_id']}#{passage['anchor']}",
    }


def _candidate(found: dict[str, Any]) -> Candidate:
    passage = found["_source"]
    return Candidate(found["_score"], passage["label"], passage["heading"], passage["text"])


def mark(text: str, marked: Sequence[str]) -> str:
    """HTML of a plain text with every marked word in <em>; of words that overlap the longer."""
    escaped = html.escape(text, quote=False)
    pattern = _any_of(tuple(marked))
    return joined(pattern.sub(_marked, escaped)) if pattern else escaped


@lru_cache(256)
def _any_of(marked: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of the words as they stand in HTML, or an entity, no part of which is a word."""
    words = sorted({html.escape(word, quote=False) for word in marked if word}, key=len, reverse=True)
    return re.compile("|".join(["&(?:amp|lt|gt);", *map(re.escape, words)]), re.IGNORECASE) if words else None


def _marked(found: re.Match[str]) -> str:
    return found[0] if found[0][0] == "&" else f"<em>{found[0]}</em>"


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
