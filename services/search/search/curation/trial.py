"""What a vocabulary entry would do: the first results of a query with the vocabulary as it is, and with the entry."""

from collections.abc import Awaitable, Callable
from typing import Any

from search.curation.held import HeldCuration
from search.curation.rules import Entry
from search.vocabulary import Vocabulary

Top = Callable[[str, Vocabulary], Awaitable[list[dict[str, Any]]]]


async def try_entry(top: Top, held: HeldCuration, entry: Entry, q: str) -> dict[str, Any]:
    """Both answers to the query, by default the entry's own term; nothing is kept."""
    query = q.strip() or entry.term
    present = held.current.vocabulary
    return {
        "q": query,
        "before": await top(query, present),
        "after": await top(query, present.overridden({entry.term: entry.pairs})),
    }
