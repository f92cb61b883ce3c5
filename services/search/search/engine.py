"""Questions to OpenSearch, and its errors as ours."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as OpenSearchAway
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from search.domain import Search
from search.index import Names
from search.query import search_body
from search.suggesting import suggest_body
from shared.problems import Invalid, NotFound, Unavailable
from shared.tracing import TraceEntry

RESPONSE_FIELDS = (
    "hits.total.value,hits.hits._id,hits.hits._source,hits.hits.sort,hits.hits.highlight,"
    "hits.hits.inner_hits.attachments.hits.hits._source,hits.hits.inner_hits.attachments.hits.hits.highlight,"
    "hits.hits.inner_hits.passages.hits.hits._source,aggregations"
)
DIGEST_FIELDS = ["version", "content_hash", "status"]
RETRY_AFTER_SECONDS = "5"


class AnswerAway(Unavailable):
    """The index cannot answer now."""

    title = "检索服务暂时不可用，请稍后再试"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": RETRY_AFTER_SECONDS}


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except (OpenSearchAway, aiohttp.ClientError, TimeoutError) as error:
        raise AnswerAway("索引没有应答") from error
    except RequestError as error:
        raise Invalid("检索条件无法识别", field="q") from error
    except NotFoundError as error:
        raise AnswerAway("索引尚未建立") from error
    except TransportError as error:
        raise AnswerAway("索引正忙") from error


class OpenSearchEngine:
    """Reads of the public alias: published items only."""

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self._names = names

    async def search(self, search: Search) -> dict[str, Any]:
        """The engine's response to a search. Raises AnswerAway, Invalid."""
        async with _translated():
            answer: dict[str, Any] = await self._client.search(
                index=self._names.read,
                body=search_body(search),
                params={"filter_path": RESPONSE_FIELDS},
            )
        answer["hits"].setdefault("hits", [])
        return answer

    async def suggest(self, prefix: str, limit: int) -> list[dict[str, str]]:
        """Titles that begin with or hold the prefix."""
        async with _translated():
            answer = await self._client.search(
                index=self._names.read,
                body=suggest_body(prefix, limit),
                params={"filter_path": "hits.hits._id,hits.hits._source"},
            )
        hits = answer.get("hits", {}).get("hits", [])
        return [{"text": hit["_source"]["title"], "url": f"/items/{hit['_id']}"} for hit in hits]

    async def item(self, document: str) -> dict[str, Any]:
        """A published item as indexed. Raises NotFound for an unknown or withdrawn one."""
        query = {"query": {"ids": {"values": [document]}}, "size": 1}
        async with _translated():
            answer = await self._client.search(index=self._names.read, body=query)
        hits = answer["hits"]["hits"]
        if not hits:
            raise NotFound("没有这份文件，或它已被撤回")
        item: dict[str, Any] = hits[0]["_source"]
        return item

    async def digest(self, after: str, limit: int) -> list[dict[str, Any]]:
        """(id, version, content hash, status) of every document, tombstones too, in order of id."""
        body: dict[str, Any] = {
            "query": {"match_all": {}},
            "size": limit,
            "sort": [{"id": "asc"}],
            "_source": DIGEST_FIELDS,
        }
        if after:
            body["search_after"] = [after]
        async with _translated():
            answer = await self._client.search(index=self._names.write, body=body)
        return [{"id": hit["_id"], **hit["_source"]} for hit in answer["hits"]["hits"]]

    async def sightings(self, document: str) -> list[TraceEntry]:
        """The index's entry of a document, published or withdrawn, as a trace shows it."""
        body = {"query": {"ids": {"values": [document]}}, "_source": ["version", "status", "event_id", "indexed_at"]}
        async with _translated():
            answer = await self._client.search(index=self._names.write, body=body)
        return [_sighting(hit["_source"]) for hit in answer["hits"]["hits"]]

    async def refresh(self) -> None:
        """Make every write visible to searches now."""
        async with _translated():
            await self._client.indices.refresh(index=self._names.write)


def _sighting(source: dict[str, Any]) -> TraceEntry:
    what = f"{source['status']} #{source['version']}"
    return TraceEntry(at=source["indexed_at"], stage="index", event_id=source["event_id"], what=what)


def engine_check(client: AsyncOpenSearch, names: Names) -> Callable[[], Awaitable[None]]:
    """Whether the index exists and all its primary shards answer."""

    async def check() -> None:
        health = await client.cluster.health(index=names.write)
        if health["status"] == "red":
            raise ConnectionError("index has missing shards")

    return check
