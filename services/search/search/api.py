"""The public query API, and the service's own answers for operators."""

import time
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from search.curation.desk import Curation
from search.domain import MAX_PAGE, MAX_QUERY, Sort
from search.engine import OpenSearchEngine
from search.freshness import FreshnessReport
from search.handlers import find
from shared.auth import Principal, principal
from shared.problems import Invalid
from shared.roles import Role
from shared.web import decode_cursor, encode_cursor

MAX_SUGGESTIONS = 8
MAX_DIGEST = 1000

Facet = Annotated[list[str], Query(max_length=20)]


def json_response(content: Any, status: int = 200) -> Response:
    """Already plain data; validating it on the way out would cost more than all our other Python."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def search_router(engine: OpenSearchEngine, curation: Curation) -> APIRouter:
    """Search, suggestions and single items, for everyone."""
    router = APIRouter(prefix="/api", tags=["search"])

    @router.get("/search")
    async def search(
        request: Request,
        q: str = "",
        kind: Facet = [],  # noqa: B006 - FastAPI copies defaults
        department: Facet = [],  # noqa: B006
        year: Annotated[list[int], Query(max_length=20)] = [],  # noqa: B006
        sort: Sort = Sort.RELEVANCE,
        limit: int = 10,
        cursor: str | None = None,
    ) -> Response:
        """Full-text search of everything published.

        `q` understands "phrases", -exclusions, 标题:, 文号: and 部门:. `highlights` are HTML with <em>.
        """
        after = decode_cursor(cursor) if cursor else []
        if after and not all(isinstance(value, str | int | float) for value in after):
            raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")
        started = time.perf_counter()
        page = await find(
            engine,
            q,
            kinds=kind,
            departments=department,
            years=year,
            sort=sort,
            limit=limit,
            after=after,
            vocabulary=curation.held.current.vocabulary,
        )
        next_cursor = encode_cursor(*page.next_position) if page.next_position else None
        if not cursor:
            curation.counted(request, q, page.total > 0, time.perf_counter() - started)
        return json_response(
            {
                "total": page.total,
                "items": page.items,
                "facets": page.facets,
                "next_cursor": next_cursor,
                "best_bets": [] if cursor else curation.held.shown_for(q),
            }
        )

    @router.get("/suggest")
    async def suggest(q: str = "", limit: int = MAX_SUGGESTIONS) -> Response:
        """Titles, 文号, popular queries, columns and departments that answer what has been typed so far.

        Characters, 拼音, initials or a mixture; each item has `text`, `url` and `type` (title, number, popular,
        column, department). Empty while the index is away.
        """
        found = await curation.suggester.suggest(q[:MAX_QUERY], max(1, min(limit, MAX_PAGE)))
        return json_response({"items": found})

    @router.get("/items/{document}")
    async def item(document: str) -> Response:
        """A published item as it is indexed."""
        return json_response(await engine.item(document))

    return router


def operations_router(engine: OpenSearchEngine, report: FreshnessReport) -> APIRouter:
    """Freshness for monitors, and digests for reconciliation."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/fresh")
    async def fresh() -> Response:
        """200 while publications become searchable in time, 503 when the index lags."""
        answer = await report.read()
        return json_response(answer, 200 if answer["fresh"] else 503)

    @router.get("/internal/digest")
    async def digest(after: str = "", limit: int = MAX_DIGEST, who: Principal = Depends(principal)) -> Response:
        who.require(Role.OPERATOR)
        items = await engine.digest(after, max(1, min(limit, MAX_DIGEST)))
        return json_response({"items": items, "next": items[-1]["id"] if items else None})

    @router.post("/internal/refresh", status_code=204)
    async def refresh(who: Principal = Depends(principal)) -> None:
        who.require(Role.OPERATOR)
        await engine.refresh()

    return router
