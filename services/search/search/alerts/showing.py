"""What the public may see at this moment of documents that are to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from search.index import Names
from shared.consuming import DependencyAway
from shared.events import DocumentStatus

FIELDS = ["title", "department_name", "published_at", "display_number"]
AT_ONCE = 1000


@dataclass(frozen=True)
class Shown:
    """`items` are public now, newest first; `withdrawn` are not any more; the rest is not in the index yet."""

    items: list[dict[str, Any]]
    withdrawn: set[str]


class Showing:
    """Looks documents up where the public reads, after a refresh: a withdrawal that is indexed counts at once."""

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self._names = names

    async def look(self, documents: Sequence[str]) -> Shown:
        """What may be told of these. Raises DependencyAway."""
        items: list[dict[str, Any]] = []
        withdrawn: set[str] = set()
        try:
            await self._client.indices.refresh(index=self._names.write)
            for start in range(0, len(documents), AT_ONCE):
                asked = documents[start : start + AT_ONCE]
                items += await self._public(asked)
                withdrawn |= await self._withdrawn(asked)
        except (OpenSearchException, TimeoutError) as error:
            raise DependencyAway(f"OpenSearch: {type(error).__name__}") from error
        return Shown(sorted(items, key=lambda item: str(item["published_at"]), reverse=True), withdrawn)

    async def _public(self, documents: Sequence[str]) -> list[dict[str, Any]]:
        hits = await self._find(self._names.read, {"ids": {"values": list(documents)}}, FIELDS)
        return [
            {
                **hit["_source"],
                "id": hit["_id"],
                "url": f"/items/{hit['_id']}",
                "document_number": hit["_source"].get("display_number"),
            }
            for hit in hits
        ]

    async def _withdrawn(self, documents: Sequence[str]) -> set[str]:
        tombstone = {"term": {"status": DocumentStatus.WITHDRAWN.value}}
        query = {"bool": {"filter": [{"ids": {"values": list(documents)}}, tombstone]}}
        return {hit["_id"] for hit in await self._find(self._names.write, query, False)}

    async def _find(self, index: str, query: dict[str, Any], fields: list[str] | bool) -> list[dict[str, Any]]:
        body = {"query": query, "size": AT_ONCE, "_source": fields}
        found: list[dict[str, Any]] = (await self._client.search(index=index, body=body))["hits"]["hits"]
        return found
