"""The passage of a hit that answers the question, as its reader sees it."""

import html
from collections.abc import Iterator, Sequence
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
    text = passage["text"].removeprefix(passage["label"]).lstrip()  # the label is shown before it
    return {
        **shown,
        "text": mark(_shown(text, marked), marked),
        "url": f"/items/{hit['_id']}#{passage['anchor']}",
    }


def _candidate(found: dict[str, Any]) -> Candidate:
    passage = found["_source"]
    return Candidate(found["_score"], passage["label"], passage["heading"], passage["text"])


def mark(text: str, marked: Sequence[str]) -> str:
    """HTML of a plain text with every marked word in <em>; words that overlap or touch are one mark."""
    pieces, done = [], 0
    for start, end in _spans(text, marked):
        pieces += [html.escape(text[done:start], quote=False), f"<em>{html.escape(text[start:end], quote=False)}</em>"]
        done = end
    return "".join([*pieces, html.escape(text[done:], quote=False)])


def _spans(text: str, marked: Sequence[str]) -> list[tuple[int, int]]:
    """Where marked words stand, in order and apart. Sought word by word: a pattern made of each question's words
    costs more to compile than all its passages cost to mark.
    """
    lowered = text.lower()
    sought = lowered if len(lowered) == len(text) else text  # a letter or two is longer in lower case
    found = sorted(span for word in marked if word for span in _occurrences(sought, word.lower()))
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans


def _occurrences(text: str, word: str) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


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
