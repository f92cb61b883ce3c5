"""The public query API, and the service's own answers for operators."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response

from search.domain import MAX_PAGE, MAX_QUERY, Sort, fold
from search.engine import OpenSearchEngine
from search.freshness import FreshnessReport
from search.handlers import find
from search.lexicon_source import HeldLexicon
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


def search_router(engine: OpenSearchEngine, lexicon: HeldLexicon) -> APIRouter:
    """Search, suggestions and single items, for everyone."""
    router = APIRouter(prefix="/api", tags=["search"])

    @router.get("/search")
    async def search(
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
        page = await find(
            engine,
            q,
            kinds=kind,
            departments=department,
            years=year,
            sort=sort,
            limit=limit,
            after=after,
            lexicon=lexicon.current,
        )
        next_cursor = encode_cursor(*page.next_position) if page.next_position else None
        return json_response(
            {"total": page.total, "items": page.items, "facets": page.facets, "next_cursor": next_cursor}
        )

    @router.get("/suggest")
    async def suggest(q: str = "", limit: int = MAX_SUGGESTIONS) -> Response:
        """Titles that hold what has been typed so far."""
        prefix = fold(q).strip()[:MAX_QUERY]
        if not any(letter.isalnum() for letter in prefix):
            return json_response({"items": []})
        return json_response({"items": await engine.suggest(prefix, max(1, min(limit, MAX_PAGE)))})

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
