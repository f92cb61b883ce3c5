"""The public query API, and the service's own answers for operators."""

import hashlib
import time
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from search.answering import Answers
from search.asking import number_of, parameters_schema, read_asked
from search.curation.desk import Curation
from search.domain import MAX_PAGE, MAX_QUERY
from search.engine import OpenSearchEngine
from search.freshness import FreshnessReport
from search.items import item_answer, related_answer
from shared.auth import Principal, principal
from shared.problems import Invalid
from shared.roles import Role
from shared.web import DirectRoute

MAX_SUGGESTIONS = 8
MAX_DIGEST = 1000
PRIVATE = {"Cache-Control": "private, no-store"}

# Read by hand: on a question this small the framework's reading costs as much as the answer.
SUGGEST_PARAMETERS = [
    {"name": "q", "in": "query", "required": False, "schema": {"type": "string", "default": ""}},
    {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "default": MAX_SUGGESTIONS}},
]
STAFF = tuple(role for role in Role if role is not Role.DEPARTMENT_SYSTEM)


def json_response(content: Any, status: int = 200) -> Response:
    """Already plain data; validating it on the way out would cost more than all our other Python."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def search_router(answers: Answers, curation: Curation) -> APIRouter:
    """Search and suggestions, for everyone."""
    router = APIRouter(prefix="/api", tags=["search"], route_class=DirectRoute)

    @router.get("/search", openapi_extra={"parameters": parameters_schema()})
    async def search(request: Request) -> Response:
        """Full-text search of everything published.

        `q` understands "phrases", -exclusions, 标题:, 文号:, 部门: and 索引号:. `highlights` are HTML with <em>.
        `explain` is for staff: each item then says why it was found.
        """
        asked = read_asked(request.query_params.multi_items())
        if asked.explain:
            (await principal(request)).require(*STAFF)
        started = time.perf_counter()
        answered = await answers.answer(asked)
        if asked.explain:
            return Response(answered.body, headers=PRIVATE, media_type="application/json")
        if not asked.cursor:
            curation.counted(request, asked.q, answered.total > 0, time.perf_counter() - started)
        return unchanged_or(request, answered.body)

    @router.get("/suggest", openapi_extra={"parameters": SUGGEST_PARAMETERS})
    async def suggest(request: Request) -> Response:
        """Titles, 文号, popular queries, columns and departments that answer what has been typed so far.

        Characters, 拼音, initials or a mixture; each item has `text`, `url` and `type` (title, number, popular,
        column, department). Empty while the index is away.
        """
        asked = request.query_params
        limit = max(1, min(whole_number(asked.get("limit") or str(MAX_SUGGESTIONS)), MAX_PAGE))
        return json_response({"items": await curation.suggester.suggest(asked.get("q", "")[:MAX_QUERY], limit)})

    return router


def items_router(engine: OpenSearchEngine) -> APIRouter:
    """Single items, for everyone."""
    router = APIRouter(prefix="/api", tags=["search"])

    @router.get("/items/{document}")
    async def item(document: str) -> Response:
        """A published item as it is indexed, with its passages and versions."""
        return json_response(await item_answer(engine, document))

    @router.get("/items/{document}/related")
    async def related(document: str) -> Response:
        """Other published items about the same thing."""
        return json_response(await related_answer(engine, document))

    return router


def whole_number(text: str) -> int:
    """Raises Invalid for anything else."""
    try:
        return number_of(text)
    except ValueError as error:
        raise Invalid("条数（limit）须为整数", field="limit") from error


def unchanged_or(request: Request, answer: bytes) -> Response:
    """The answer, or 304 when the caller holds the same. May be kept, but is asked for again each time."""
    tag = f'"{hashlib.blake2b(answer, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    return Response(answer, 200, headers, media_type="application/json")


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
