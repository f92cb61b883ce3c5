"""`/api/feed.atom`: the newest items of any search, department or column, for feed readers."""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from opensearchpy import AsyncOpenSearch

from search.curation.names import ColumnNames
from search.index import Names
from search.lists.atom import LONGEST_SUMMARY, MEDIA_TYPE, SITE, Entry, Feed, stable_urn, write_feed
from search.lists.listing import Listing, Understand, read_listing, selection
from search.lists.reading import answering, hits_of
from search.marking import Query
from search.query import TIMEOUT
from shared.problems import Invalid
from shared.web import decode_cursor, encode_cursor

ENTRIES = 50
FIELDS = ["title", "kind", "department", "department_name", "published_at", "version", "event_id"]
NEWEST_FIRST = [{"published_at": "desc"}, {"id": "asc"}]
SETTLED = timedelta(minutes=1)
CACHE = "public, max-age=60"


def feed_router(
    client: AsyncOpenSearch, names: Names, public_url: str, understand: Understand, columns: ColumnNames = dict
) -> APIRouter:
    """The feed; it needs the index only. `columns` gives the names of columns by code."""
    router = APIRouter(tags=["search"])
    feeds = Feeds(client, names, public_url.rstrip("/"), understand, columns)

    @router.head("/api/feed.atom", include_in_schema=False)
    @router.get("/api/feed.atom")
    async def feed(request: Request) -> Response:
        """The newest 50 items of a question, with the parameters of `/api/search`; older ones by `next`."""
        listing = read_listing(request.query_params.multi_items())
        page = await feeds.page(listing, request.query_params.get("cursor", ""))
        body = write_feed(page)
        headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "Cache-Control": CACHE}
        settled = await feeds.settled_at()
        if settled:
            headers["Last-Modified"] = format_datetime(settled, usegmt=True)
        if unchanged(request, headers["ETag"], settled):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=MEDIA_TYPE)

    return router


class Feeds:
    """Reads pages of feeds from the public alias."""

    def __init__(
        self, client: AsyncOpenSearch, names: Names, site: str, understand: Understand, columns: ColumnNames
    ) -> None:
        self._client = client
        self._names = names
        self._site = site
        self._understand = understand
        self._columns = columns

    async def page(self, listing: Listing, cursor: str) -> Feed:
        """A page of a question's feed, newest first. Raises AnswerAway, Invalid."""
        async with answering():
            body = _body(selection(listing, self._understand), cursor)
            answer = await self._client.search(index=self._names.read, body=body)
        hits = hits_of(answer)
        pairs = listing.pairs()
        more = [*pairs, ("cursor", encode_cursor(*hits[-1]["sort"]))] if len(hits) == ENTRIES else None
        own = [*pairs, ("cursor", cursor)] if cursor else pairs
        return Feed(
            urn=stable_urn(f"feed/{listing.key}"),
            title=f"{SITE}：{listing.described(_names_in(hits), self._columns())}",
            entries=[_entry(hit) for hit in hits],
            site=self._site,
            itself=self._address("/api/feed.atom", own),
            results=self._address("/search", [*pairs, ("sort", "newest")]),
            following=self._address("/api/feed.atom", more) if more else None,
        )

    async def settled_at(self) -> datetime | None:
        """When the index last changed, withdrawals included; None while that is too fresh to be relied on.

        A feed also changes by what vanishes from it, so the time of its entries would not do. A document can become
        visible some seconds after its time, so a time counts once it is a minute old.
        """
        body = {"size": 0, "aggs": {"last": {"max": {"field": "indexed_at"}}}, "track_total_hits": False}
        async with answering():
            answer = await self._client.search(index=self._names.write, body=body)
        last = answer["aggregations"]["last"]["value"]
        at = datetime.fromtimestamp(-(-last // 1000), UTC) if last else None
        return at if at and time.time() - at.timestamp() > SETTLED.total_seconds() else None

    def _address(self, path: str, pairs: list[tuple[str, str]]) -> str:
        return f"{self._site}{path}" + (f"?{urlencode(pairs)}" if pairs else "")


def _body(query: Query, cursor: str) -> dict[str, Any]:
    excerpt = {"number_of_fragments": 1, "fragment_size": LONGEST_SUMMARY, "no_match_size": LONGEST_SUMMARY}
    shown = {"type": "unified", "max_analyzer_offset": LONGEST_SUMMARY * 2, "highlight_query": {"match_none": {}}}
    body: dict[str, Any] = {
        "query": {"bool": {"filter": [query]}},
        "size": ENTRIES,
        "sort": NEWEST_FIRST,
        "timeout": TIMEOUT,
        "track_total_hits": False,
        "_source": FIELDS,
        "highlight": {**shown, "fields": {"body": excerpt}},
    }
    if cursor:
        body["search_after"] = _position(cursor)
    return body


def _position(cursor: str) -> list[Any]:
    match decode_cursor(cursor, 2):
        case [int() as published, str() as identity] if abs(published) < 2**53:
            return [published, identity]
    raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")


def _entry(hit: dict[str, Any]) -> Entry:
    source = hit["_source"]
    published = datetime.fromisoformat(source["published_at"])
    excerpt = hit.get("highlight", {}).get("body", [""])[0]
    return Entry(
        id=hit["_id"],
        title=source["title"],
        kind=source["kind"],
        department_name=source["department_name"],
        published=published,
        updated=max(published, _announced(source) or published),
        summary=" ".join(excerpt.split())[:LONGEST_SUMMARY] or source["title"],
    )


def _announced(source: dict[str, Any]) -> datetime | None:
    """When a later version was announced: the time within its event's id (UUIDv7), which a rebuild does not move."""
    identity = UUID(source["event_id"])
    if source["version"] == 1 or identity.version != 7:
        return None
    return datetime.fromtimestamp((identity.int >> 80) / 1000, UTC)


def _names_in(hits: list[dict[str, Any]]) -> dict[str, str]:
    return {hit["_source"].get("department", ""): hit["_source"]["department_name"] for hit in hits}


def unchanged(request: Request, etag: str, changed_at: datetime | None) -> bool:
    """Whether the reader holds this already; a tag speaks louder than a time (RFC 9110, 13.2.2)."""
    held = request.headers.get("if-none-match")
    if held is not None:
        return held.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in held.split(","))
    since = request.headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        return changed_at <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False
