"""Pairs of neighbouring characters, and those of them that tell one document from another."""

from functools import lru_cache
from importlib.resources import files


def telling(text: str) -> str:
    """A text without the pairs that most documents hold, as runs with spaces between; whole if it has no others.

    Such a pair (人民, 规定) decides nothing, but makes the engine walk through nearly every document.
    """
    runs: list[tuple[int, int]] = []
    for start in range(len(text) - 1):
        if text[start : start + 2] in _common():
            continue
        if runs and runs[-1][1] == start + 1:
            runs[-1] = runs[-1][0], start + 2
        else:
            runs.append((start, start + 2))
    return " ".join(text[start:end] for start, end in runs) or text


@lru_cache
def _common() -> frozenset[str]:
    """The pairs in more than half of 3,405 legal texts (`tests/relevance/common_pairs.py` counts them)."""
    return frozenset((files("search") / "common-pairs.txt").read_text("utf-8").split())
