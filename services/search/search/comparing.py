"""The record and an index compared: bucket by bucket, and document by document where the sums differ."""

from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from opensearchpy import AsyncOpenSearch

from search.index import outages
from search.record import Held, Sums
from shared.digests import BUCKET_DIGITS, BUCKETS

PAGE = 5000
FIELDS = ["version", "status", "content_hash"]
EVERY_BUCKET = tuple(f"{number:0{BUCKET_DIGITS}x}" for number in range(BUCKETS))


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

    async def bucket(self, bucket: str) -> dict[str, Held]: ...


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

    async def bucket(self, bucket: str) -> dict[str, Held]:
        """The documents of one bucket, by id."""
        found: dict[str, Held] = {}
        body: dict[str, Any] = {
            "query": {"term": {"bucket": bucket}},
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

    The index is read first: what it then holds, the record has, unless it is extra indeed.
    """
    indexed = await index.sums()
    recorded = await record.sums()
    buckets = EVERY_BUCKET if every_document else _unequal(indexed, recorded.buckets)
    differences: list[Difference] = []
    for bucket in buckets:
        seen = await index.bucket(bucket)
        differences += _different(await record.bucket(bucket), seen)
    documents = sum(count for count, _ in indexed.values())
    return Comparison(differences, recorded.documents, documents, recorded.read_at)


def _unequal(some: dict[str, tuple[int, int]], others: dict[str, tuple[int, int]]) -> Iterable[str]:
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
