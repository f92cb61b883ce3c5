"""The record and an index compared: bucket by bucket, and document by document where the sums differ."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from opensearchpy import AsyncOpenSearch

from search.index import outages
from search.record import Held, Sums
from shared.digests import BUCKETS

PAGE = 5000
FIELDS = ["version", "status", "content_hash"]
MANY_BUCKETS = 16


class Kind(StrEnum):
    """How an index may differ from the record."""

    MISSING = "missing"
    STALE = "stale"
    EXTRA = "extra"
    CONTENT = "content"


KIND_LABELS = {Kind.MISSING: "缺失", Kind.STALE: "版本不符", Kind.EXTRA: "多余", Kind.CONTENT: "内容不符"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One document that differs; `recorded` is None for an extra one, `indexed` for a missing one."""

    id: str
    kind: Kind
    recorded: Held | None
    indexed: Held | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between an index and the record as it was at `read_at`, and how many documents each holds."""

    differences: list[Difference]
    recorded: int
    indexed: int
    read_at: datetime


class PublishedRecord(Protocol):
    """Publishing's side of a comparison."""

    async def sums(self) -> Sums: ...

    async def of_buckets(self, buckets: Sequence[str]) -> dict[str, Held]: ...

    async def page(self, after: str | None) -> tuple[dict[str, Held], str | None]: ...


class IndexDigests:
    """The index's side. Raises DependencyAway."""

    def __init__(self, client: AsyncOpenSearch, alias: str) -> None:
        self._client = client
        self._alias = alias

    async def refresh(self) -> None:
        await self._asked(self._client.indices.refresh(index=self._alias))

    async def sums(self) -> dict[str, tuple[int, int]]:
        """Documents and sum of fingerprints by bucket."""
        body = {
            "size": 0,
            "aggs": {
                "buckets": {
                    "terms": {"field": "bucket", "size": BUCKETS},
                    "aggs": {"sum": {"sum": {"field": "fingerprint"}}},
                }
            },
        }
        answer = await self._asked(self._client.search(index=self._alias, body=body))
        found = answer["aggregations"]["buckets"]["buckets"]
        return {bucket["key"]: (bucket["doc_count"], int(bucket["sum"]["value"])) for bucket in found}

    async def of_buckets(self, buckets: Sequence[str]) -> dict[str, Held]:
        """The documents of these buckets, by id."""
        return await self._rows({"terms": {"bucket": list(buckets)}})

    async def between(self, after: str | None, upto: str | None) -> dict[str, Held]:
        """The documents with ids over `after`, to `upto` and with it; None is no bound."""
        bounds = {name: value for name, value in (("gt", after), ("lte", upto)) if value}
        return await self._rows({"range": {"id": bounds}} if bounds else {"match_all": {}})

    async def _rows(self, query: dict[str, Any]) -> dict[str, Held]:
        found: dict[str, Held] = {}
        body: dict[str, Any] = {
            "query": query,
            "size": PAGE,
            "sort": [{"id": "asc"}],
            "_source": False,
            "docvalue_fields": FIELDS,
        }
        while True:
            hits = (await self._asked(self._client.search(index=self._alias, body=body)))["hits"]["hits"]
            found |= {hit["_id"]: _held(hit["_id"], hit.get("fields", {})) for hit in hits}
            if len(hits) < PAGE:
                return found
            body["search_after"] = hits[-1]["sort"]

    async def faces(self, documents: Sequence[str]) -> dict[str, tuple[int, str, str]]:
        """What must be equal, of these documents, by id."""
        body = {
            "query": {"ids": {"values": list(documents)}},
            "size": PAGE,
            "_source": False,
            "docvalue_fields": FIELDS,
        }
        hits = (await self._asked(self._client.search(index=self._alias, body=body)))["hits"]["hits"]
        return {hit["_id"]: _held(hit["_id"], hit.get("fields", {})).face for hit in hits}

    async def _asked(self, asking: Awaitable[Any]) -> Any:
        with outages():
            return await asking


def _held(document: str, fields: dict[str, list[Any]]) -> Held:
    version, status, content_hash = (next(iter(fields.get(name, ())), None) for name in FIELDS)
    return Held(document, version or 0, status or "", content_hash or "")


async def compare(record: PublishedRecord, index: IndexDigests, every_document: bool = False) -> Comparison:
    """Everything that differs; `every_document` looks at each, also where the sums agree.

    Sums are read from the index first: what it then holds, the record has, unless it is extra indeed.
    """
    indexed = await index.sums()
    recorded = await record.sums()
    buckets = _unequal(indexed, recorded.buckets)
    if every_document or len(buckets) > MANY_BUCKETS:
        differences = await _all_different(record, index)
    elif buckets:
        seen = await index.of_buckets(buckets)
        differences = _different(await record.of_buckets(buckets), seen)
    else:
        differences = []
    documents = sum(count for count, _ in indexed.values())
    return Comparison(differences, recorded.documents, documents, recorded.read_at)


async def _all_different(record: PublishedRecord, index: IndexDigests) -> list[Difference]:
    """Page by page. Here the record is read first, so an extra document may be one that has just been published."""
    differences: list[Difference] = []
    after: str | None = None
    while True:
        recorded, following = await record.page(after)
        differences += _different(recorded, await index.between(after, following))
        if following is None:
            return differences
        after = following


def _unequal(some: dict[str, tuple[int, int]], others: dict[str, tuple[int, int]]) -> list[str]:
    return sorted(bucket for bucket in some.keys() | others.keys() if some.get(bucket) != others.get(bucket))


def _different(recorded: dict[str, Held], indexed: dict[str, Held]) -> list[Difference]:
    found = []
    for document in sorted(recorded.keys() | indexed.keys()):
        kind = difference_kind(recorded.get(document), indexed.get(document))
        if kind:
            found.append(Difference(document, kind, recorded.get(document), indexed.get(document)))
    return found


def difference_kind(recorded: Held | None, indexed: Held | None) -> Kind | None:
    """How one document differs, if it does."""
    if recorded is None:
        return Kind.EXTRA if indexed else None
    if indexed is None:
        return Kind.MISSING
    if indexed.version != recorded.version:
        return Kind.STALE
    return None if indexed.face == recorded.face else Kind.CONTENT
