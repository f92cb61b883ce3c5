"""Figures for operators: how long searches take by kind, and how many find nothing."""

from prometheus_client import Counter, Histogram

from search.domain import Words

SEARCH_SECONDS = Histogram(
    "sunlight_search_seconds",
    "Time to answer a search, by what was asked",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2),
)
SEARCHES = Counter("sunlight_searches", "Answered first pages, by what was asked", ["kind"])
SEARCHES_WITHOUT_HITS = Counter("sunlight_searches_without_hits", "Those of them that found nothing", ["kind"])


def kind_of(words: Words) -> str:
    """browse (no words), number (文号), phrase, field (标题:, 部门:), words, or mixed."""
    kinds = {
        "words": bool(words.free),
        "phrase": bool(words.phrases),
        "number": bool(words.document_number),
        "field": bool(words.title or words.department),
    }
    held = [kind for kind, there in kinds.items() if there]
    return held[0] if len(held) == 1 else "mixed" if held else "browse"


def measured(words: Words, found: bool, seconds: float) -> None:
    """Count one answered first page."""
    kind = kind_of(words)
    SEARCH_SECONDS.labels(kind).observe(seconds)
    SEARCHES.labels(kind).inc()
    if not found:
        SEARCHES_WITHOUT_HITS.labels(kind).inc()
