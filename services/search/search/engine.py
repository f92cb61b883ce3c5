"""Questions to OpenSearch, and its errors as ours."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import aiohttp
import orjson
import structlog
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as OpenSearchAway
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from search.domain import Search
from search.index import Names
from search.paging.cursors import CursorExpired, Place
from search.paging.snapshots import KEEP_MINUTES
from search.query import RESULT_FIELDS, count_body, search_body
from search.related import related_body
from search.spelling import Typed
from search.suggesting import SUGGEST_FIELDS, read_suggestions, suggest_body
from shared.problems import Invalid, NotFound, Unavailable
from shared.tracing import TraceEntry

log = structlog.get_logger(__name__)

RESPONSE_FIELDS = (
    "hits.total.value,hits.hits._id,hits.hits._source,hits.hits.sort,hits.hits.highlight,hits.hits._explanation,"
    "hits.hits.matched_queries,hits.hits.inner_hits.*.hits.hits._source,hits.hits.inner_hits.*.hits.hits.highlight,"
    "hits.hits.inner_hits.passages.hits.hits._score,aggregations,timed_out,_shards.failed"
)
LESS_WORDS = 40
DIGEST_FIELDS = ["version", "content_hash", "status"]
RETRY_AFTER_SECONDS = "5"
REQUEST_SECONDS = 2.5  # the engine itself stops looking after 2 s and answers with what it has
HIDDEN_FIELDS = ["event_id", "indexed_at", "passages", "*_words", "attachments.words", "pinyin*"]


class AnswerAway(Unavailable):
    """The index cannot answer now."""

    title = "检索服务暂时不可用，请稍后再试"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": RETRY_AFTER_SECONDS}


@contextmanager
def _translated(but: tuple[int, ...] = ()) -> Iterator[None]:
    """The client's errors as ours, but for those of these statuses."""
    try:
        yield
    except (OpenSearchAway, aiohttp.ClientError, TimeoutError) as error:
        raise AnswerAway("索引没有应答") from error
    except TransportError as error:
        if error.status_code in but:
            raise
        if isinstance(error, RequestError):
            raise Invalid("检索条件无法识别", field="q") from error
        raise AnswerAway("索引尚未建立" if error.status_code == 404 else "索引正忙") from error


def _less(search: Search) -> Search:
    """The question with the first of its words only, for an engine that finds it too much."""
    words = search.words
    less = replace(words, free=words.free[:LESS_WORDS], phrases=words.phrases[:1], unwanted=None)
    return replace(search, words=less, question=None)


class OpenSearchEngine:
    """Reads of the public alias: published items only."""

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self._names = names

    async def search(self, search: Search, place: Place | None = None, explain: bool = False) -> dict[str, Any]:
        """The engine's response to a search, from its beginning or at a place.

        Raises:
            AnswerAway: the engine is away, or none of the index answers in time.
            CursorExpired: the snapshot of the place is gone.
        """
        body = search_body(search, place)
        if explain:
            body["explain"] = True
        try:
            return await self._search(body)
        except NotFoundError as error:
            if place and place.snapshot:
                raise CursorExpired(minutes=KEEP_MINUTES, field="cursor") from error
            raise AnswerAway("索引尚未建立") from error
        except TransportError as error:
            # A question of too many words is a 400 or a 500, by the engine's release. Nothing typed is an error.
            if error.status_code not in (400, 500):
                raise
            log.warning("search.too_much", error=str(error.info)[:500])
            with _translated():
                return await self._search(search_body(_less(search), place))

    async def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        """One request. What the engine says of the question itself is left to the caller, who knows it."""
        index = None if "pit" in body else self._names.read
        params = {"filter_path": RESPONSE_FIELDS, "request_timeout": REQUEST_SECONDS}
        with _translated(but=(404, 400, 500)):
            answer: dict[str, Any] = await self._client.search(index=index, body=body, params=params)
        answer["hits"].setdefault("hits", [])
        return answer

    async def counts(self, searches: Sequence[Search]) -> list[int]:
        """How many items answer each search, in one request; 0 for one that fails."""
        lines = b"".join(b"{}\n" + orjson.dumps(count_body(search)) + b"\n" for search in searches)
        params = {"filter_path": "responses.hits.total.value", "request_timeout": REQUEST_SECONDS}
        with _translated():
            answer = await self._client.msearch(index=self._names.read, body=lines, params=params)
        return [one.get("hits", {}).get("total", {}).get("value", 0) for one in answer["responses"]]

    async def present(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What results show of those of the ids that are published now."""
        body = {"query": {"ids": {"values": list(ids)}}, "size": len(ids), "_source": RESULT_FIELDS}
        params = {"filter_path": "hits.hits._id,hits.hits._source", "request_timeout": REQUEST_SECONDS}
        with _translated():
            answer = await self._client.search(index=self._names.read, body=body, params=params)
        return {hit["_id"]: hit["_source"] for hit in answer.get("hits", {}).get("hits", [])}

    async def open_snapshot(self) -> str:
        """A point in time of what is published. Raises AnswerAway, also when the engine will open no more."""
        params = {"keep_alive": f"{KEEP_MINUTES}m", "request_timeout": REQUEST_SECONDS}
        with _translated():
            answer = await self._client.create_pit(index=self._names.read, params=params)
        return str(answer["pit_id"])

    async def close_snapshots(self, snapshots: list[str]) -> None:
        """Give points in time back; one that is gone already is no error."""
        with suppress(TransportError):
            await self._client.delete_pit(body={"pit_id": snapshots}, params={"request_timeout": REQUEST_SECONDS})

    async def related(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Hits of other published items about the same thing, those of the same kind first."""
        params = {"filter_path": "hits.hits._id,hits.hits._source", "request_timeout": REQUEST_SECONDS}
        with _translated():
            answer = await self._client.search(index=self._names.read, body=related_body(item), params=params)
        hits: list[dict[str, Any]] = answer.get("hits", {}).get("hits", [])
        return hits

    async def suggest(self, asked: Sequence[tuple[Typed, int]]) -> list[list[dict[str, str]]]:
        """Titles and 文号 that answer what was typed, at most so many each; all questions in one request."""
        lines = [line for typed, limit in asked for line in ({"index": self._names.read}, suggest_body(typed, limit))]
        with _translated():
            answer = await self._client.msearch(
                body=b"\n".join(map(orjson.dumps, lines)) + b"\n", params={"filter_path": SUGGEST_FIELDS}
            )
        found = [each.get("hits", {}).get("hits", []) for each in answer["responses"]]
        return [read_suggestions(hits, typed, limit) for hits, (typed, limit) in zip(found, asked, strict=True)]

    async def item(self, document: str) -> dict[str, Any]:
        """A published item as indexed. Raises NotFound for an unknown or withdrawn one."""
        query = {"query": {"ids": {"values": [document]}}, "size": 1, "_source": {"excludes": HIDDEN_FIELDS}}
        params = {"request_timeout": REQUEST_SECONDS}
        with _translated():
            answer = await self._client.search(index=self._names.read, body=query, params=params)
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
        with _translated():
            answer = await self._client.search(index=self._names.write, body=body)
        return [{"id": hit["_id"], **hit["_source"]} for hit in answer["hits"]["hits"]]

    async def sightings(self, document: str) -> list[TraceEntry]:
        """The index's entry of a document, published or withdrawn, as a trace shows it."""
        body = {"query": {"ids": {"values": [document]}}, "_source": ["version", "status", "event_id", "indexed_at"]}
        with _translated():
            answer = await self._client.search(index=self._names.write, body=body)
        return [_sighting(hit["_source"]) for hit in answer["hits"]["hits"]]

    async def refresh(self) -> None:
        """Make every write visible to searches now."""
        with _translated():
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
