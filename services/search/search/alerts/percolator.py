"""The saved questions as an index that a new document is asked of, the other way round from a search.

Derived twice over: its analysis and fields are those of the index of items, and its queries are those of
PostgreSQL. One physical index a filling, behind one alias that always points at a complete one; when the shape
of items changes, or the index is lost, a new one is filled and the alias moves.
"""

import copy
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from opensearchpy import AsyncOpenSearch

from search.handlers import understood
from search.index import CREATE_SECONDS, Names, outages, shape
from search.lists.listing import Listing, selection
from search.marking import Query
from search.vocabulary import Vocabulary

PAGE = 10_000  # the most an engine answers at once
PERCOLATE_SECONDS = 30
LARGEST_BULK = 500_000  # bytes
NEVER_STORED = ("inner_hits",)  # what only a shown result needs, and a stored query may not hold


def stored_query(listing: Listing, vocabulary: Vocabulary) -> Query:
    """The question as the percolator holds it: what matches, nothing that is only for showing."""
    query: Query = _without(selection(listing, partial(understood, vocabulary=vocabulary)))
    return query


def _without(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _without(value) for name, value in part.items() if name not in NEVER_STORED}
    return [_without(each) for each in part] if isinstance(part, list) else part


def percolator_shape() -> dict[str, Any]:
    """The items' own settings and fields, and a place for queries."""
    derived = copy.deepcopy(shape())
    derived["settings"]["index"]["refresh_interval"] = "-1"  # every write here asks for its own refresh
    # Two threads in one percolation trip over each other: now and then a 500, no_such_element_exception.
    derived["settings"]["index"]["search"] = {"concurrent_segment_search": {"mode": "none"}}
    derived["mappings"]["properties"] |= {"query": {"type": "percolator"}, "subscription": {"type": "keyword"}}
    return derived


def _bodies(questions: Iterable[tuple[UUID, Query]]) -> Iterator[bytes]:
    """Bulk requests of a moderate size: a long question is a long query."""
    body = b""
    for subscription, query in questions:
        held = {"subscription": str(subscription), "query": query}
        body += orjson.dumps({"index": {"_id": str(subscription)}}) + b"\n" + orjson.dumps(held) + b"\n"
        if len(body) > LARGEST_BULK:
            yield body
            body = b""
    if body:
        yield body


def _digest(content: Any) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:10]


class Percolator:
    """The derived index of one installation."""

    def __init__(self, client: AsyncOpenSearch, names: Names, page: int = PAGE) -> None:
        self._client = client
        self._page = page
        self.alias = f"{names.prefix}-alerts"
        self._family = f"{self.alias}-{_digest(percolator_shape())}"

    def mark(self, physical: str, query: Query) -> str:
        """What a subscription's row says once this index holds this query as its question."""
        return f"{physical}/{_digest(query)}"

    async def matches(self, document: dict[str, Any]) -> list[UUID]:
        """The subscriptions whose question finds this document. Raises DependencyAway while there is no index."""
        asked = {"percolate": {"field": "query", "document": document}}
        return await self._subscriptions(self.alias, {"bool": {"filter": [asked]}})

    async def current(self) -> str | None:
        """The index in use; None when there is none or the items' shape has changed since it was made."""
        with outages():
            if not await self._client.indices.exists_alias(name=self.alias):
                return None
            (physical,) = await self._client.indices.get_alias(name=self.alias)
        return str(physical) if physical.startswith(self._family) else None

    async def create(self) -> str:
        """A new empty index that nothing points at yet."""
        physical = f"{self._family}-{secrets.token_hex(4)}"
        with outages():
            await self._client.indices.create(
                index=physical, body=percolator_shape(), params={"request_timeout": CREATE_SECONDS}
            )
        return physical

    async def add(self, physical: str, questions: Iterable[tuple[UUID, Query]]) -> None:
        """Hold these questions, visible to the next `matches`."""
        for body in _bodies(questions):
            await self._write(physical, body)

    async def _write(self, physical: str, body: bytes) -> None:
        with outages():
            answer = await self._client.bulk(
                body=body, index=physical, params={"refresh": "true", "request_timeout": 30}
            )
        if answer["errors"]:
            reasons = {item["index"]["error"]["type"] for item in answer["items"] if "error" in item["index"]}
            raise RuntimeError(f"the percolator refused a question: {', '.join(sorted(reasons))}")

    async def use(self, physical: str) -> None:
        """Point the alias at this index, which is complete, and delete every other filling."""
        with outages():
            await self._client.indices.update_aliases(
                body={
                    "actions": [
                        {"remove": {"index": f"{self.alias}-*", "alias": self.alias, "must_exist": False}},
                        {"add": {"index": physical, "alias": self.alias}},
                    ]
                }
            )
            others = set(await self._client.indices.get(index=f"{self.alias}-*")) - {physical}
            for other in others:
                await self._client.indices.delete(index=other)

    async def held(self, physical: str) -> set[UUID]:
        """The subscriptions whose question this index holds."""
        return set(await self._subscriptions(physical, {"match_all": {}}))

    async def _subscriptions(self, index: str, query: Query) -> list[UUID]:
        """Every subscription that answers the query, however many."""
        found: list[UUID] = []
        body: dict[str, Any] = {"query": query, "size": self._page, "sort": ["subscription"], "_source": False}
        while True:
            params = {"filter_path": "hits.hits._id,hits.hits.sort", "request_timeout": PERCOLATE_SECONDS}
            with outages():
                answer = await self._client.search(index=index, body=body, params=params)
            hits = answer.get("hits", {}).get("hits", [])
            found += [UUID(hit["_id"]) for hit in hits]
            if len(hits) < self._page:
                return found
            body["search_after"] = hits[-1]["sort"]

    async def remove(self, physical: str, gone: Iterable[UUID]) -> None:
        """Forget the questions of subscriptions that are no more."""
        lines = [orjson.dumps({"delete": {"_id": str(subscription)}}) for subscription in gone]
        with outages():
            await self._client.bulk(body=b"\n".join(lines) + b"\n", index=physical, params={"refresh": "true"})
