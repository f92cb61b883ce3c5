"""The HTTP side every service shares: the application, health, metrics, versions, cursors."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, FastAPI, Header, Request, Response
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth import TokenVerifier
from shared.events import new_id
from shared.problems import ANY_PROBLEM, Invalid, StaleVersion, VersionRequired, describe_problems, install_problems
from shared.settings import Settings
from shared.telemetry import REQUEST_SECONDS

Check = Callable[[], Awaitable[None]]
Lifespan = Callable[[], AbstractAsyncContextManager[None]]
CHECK_SECONDS = 3.0
MAX_JSON_BODY = 8 * 1024 * 1024


def create_api(
    settings: Settings,
    routers: Sequence[APIRouter],
    checks: Mapping[str, Check],
    lifespan: Lifespan | None = None,
    max_body: int = MAX_JSON_BODY,
) -> FastAPI:
    """A service's application: problem+json errors, `/health/*`, `/metrics`, token verification, body limit.

    `checks` maps the Chinese name of each dependency to a coroutine that raises when it is away.
    """

    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        if lifespan is None:
            yield
        else:
            async with lifespan():
                yield

    title = f"Sunlight {settings.service}"
    app = FastAPI(title=title, version="1", lifespan=run, responses={"default": ANY_PROBLEM})
    describe_problems(app)
    app.state.verifier = TokenVerifier(settings.identity_url)
    install_problems(app)
    for router in routers:
        app.include_router(router)
        app.router.routes[:0] = [route.straight() for route in router.routes if isinstance(route, DirectRoute)]
    app.include_router(_health(checks))
    app.add_middleware(RequestTrace, service=settings.service)
    app.add_middleware(BodyLimit, limit=max_body)
    return app


class DirectRoute(APIRoute):
    """A GET without parameters in its path whose endpoint reads the request itself and answers with a response.

    For `APIRouter(route_class=DirectRoute)`. The framework documents it and is passed by: its search for the route and
    its reading of a request take a share of a short answer's processor time. Errors are answered as everywhere.
    """

    def straight(self) -> Route:
        """The same, as `create_api` puts it before all others."""
        route = Route(self.path, _Straight(self))
        route.methods = {"GET"}  # not HEAD, as the documentation says
        return route


class _Straight:
    """The endpoint of a route as an application of its own."""

    def __init__(self, route: APIRoute) -> None:
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self._route  # what `RequestTrace` measures an answer under
        response: Response = await self._route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)


def _health(checks: Mapping[str, Check]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/health/ready")
    async def ready(response: Response) -> dict[str, Any]:
        missing = {name: reason for name, check in checks.items() if (reason := await failure(check))}
        response.status_code = 503 if missing else 200
        return {"status": "missing" if missing else "ready", "missing": missing}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def failure(check: Check) -> str | None:
    """Why a dependency is away, in one line; None when it answers in time."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception as error:
        return repr(error)[:200]
    return None


class RequestTrace:
    """Gives each request a W3C trace context, measures it, and says the trace in the answer."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        trace = given if len(given) == 55 else f"00-{new_id().hex}-{new_id().hex[16:]}-01"
        started = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"traceparent", trace.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(traceparent=trace):
            try:
                await self._app(scope, receive, sending)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                seconds = time.perf_counter() - started
                REQUEST_SECONDS.labels(self._service, route, str(status)).observe(seconds)


def too_large(limit: int) -> Response:
    """The problem of a body over the limit."""
    problem = {
        "type": "/problems/too-large",
        "title": "提交的内容过大",
        "status": 413,
        "detail": f"最多 {limit // 1024 // 1024} MiB",
    }
    return Response(orjson.dumps(problem), 413, {"connection": "close"}, "application/problem+json")


class BodyLimit:
    """Refuses a body over the limit before it is read whole; `refusal` answers for a limit in bytes."""

    def __init__(self, app: ASGIApp, limit: int, refusal: Callable[[int], ASGIApp] = too_large) -> None:
        self._app = app
        self._limit = limit
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            return await self._refusal(self._limit)(scope, receive, send)
        return await self._counting(scope, receive, send)

    async def _counting(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A body of unknown length, counted while it is read."""
        read, answered = 0, False

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise BodyTooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal answered
            if read <= self._limit or answered:  # else it is the framework, which takes this for a broken body
                answered = True
                await send(message)

        try:
            await self._app(scope, limited, sending)
        except BodyTooLarge:
            if read <= self._limit:
                raise  # a smaller limit around this one, which has an answer of its own
        if read > self._limit and not answered:
            await self._refusal(self._limit)(scope, receive, send)


class BodyTooLarge(Exception):
    """The body grew over the limit while it was read."""


def expected_version(if_match: str | None = Header(default=None, alias="If-Match")) -> int:
    """FastAPI dependency: the version a change is based on, from `If-Match: "3"`. Mandatory."""
    if if_match is None:
        raise VersionRequired("修改已有内容须带 If-Match 头")
    try:
        return int(if_match.strip().removeprefix("W/").strip('"'))
    except ValueError as error:
        raise StaleVersion("If-Match 不是有效的版本号") from error


def etag(response: Response, version: int) -> None:
    """Say the version of what is answered."""
    response.headers["ETag"] = f'"{version}"'


def encode_cursor(*position: Any) -> str:
    """An opaque keyset position for `next_cursor`."""
    return base64.urlsafe_b64encode(orjson.dumps(position, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int | None = None) -> list[Any]:
    """The keyset position of a cursor. Raises Invalid for anything we did not make."""
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error
    if not isinstance(position, list) or len(position) != (length or len(position)):
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor")
    return position
