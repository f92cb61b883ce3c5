"""A way on when nothing was found: the same question with one word less."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from search.domain import MAX_QUERY, Search, read_tokens, read_words
from search.handlers import understood
from search.segmentation import all_words
from search.vocabulary import Vocabulary

MOST_QUERIES = 6
REQUEST_PATH = "/requests/new"


class Counter(Protocol):
    """Counts the items that answer each search, in one request."""

    async def counts(self, searches: Sequence[Search]) -> list[int]: ...


def shorter(query: str) -> list[str]:
    """The query with one of its words dropped, each; the ones that keep most of it first."""
    tokens = read_tokens(query)
    parts = [token.typed for token in tokens]
    if len(tokens) == 1 and tokens[0].place == "free":
        parts = [word for word in all_words(tokens[0].text) if any(letter.isalnum() for letter in word)]
    if len(parts) < 2:
        return []
    kept = [" ".join(parts[:dropped] + parts[dropped + 1 :]) for dropped in range(len(parts))]
    fitting = [query for query in dict.fromkeys(kept) if len(query) <= MAX_QUERY]
    return sorted(fitting, key=len, reverse=True)[:MOST_QUERIES]


async def help_with(counter: Counter, q: str, search: Search, vocabulary: Vocabulary) -> dict[str, Any]:
    """Queries that do find something under the same filters, the total without filters, and where to ask."""
    queries = shorter(q)
    searches = [understood(replace(search, words=read_words(query)), vocabulary) for query in queries]
    bare = Search(search.words, sort=search.sort, limit=search.limit, facets=search.facets, question=search.question)
    filtered = bare != search
    counts = await counter.counts([*searches, bare] if filtered else searches) if searches or filtered else []
    found = [{"q": query, "total": total} for query, total in zip(queries, counts, strict=False) if total]
    return {
        "queries": found,
        "without_filters": counts[-1] if filtered else 0,
        "request_url": REQUEST_PATH,
    }
