"""What an API answers when it cannot do what was asked: RFC 9457 problem details, in the person's words."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from shared.consuming import is_outage
from shared.rules import DomainError
from shared.wrong_fields import said

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
ANY_PROBLEM = {
    "description": "What could not be done, and why (RFC 9457).",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Problem(Exception):
    """A refusal. Subclasses name one rule each and set `status`, `type` and the Chinese `title`.

    `detail` says what this caller can do about it; `field` names the part of the input it is about.
    """

    status = 400
    type = "bad-request"
    title = "请求有误"

    def __init__(self, detail: str = "", *, field: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.field = field
        self.extra = extra
        self.headers: dict[str, str] = {}


class NotFound(Problem):
    status, type, title = 404, "not-found", "没有找到"


class Conflict(Problem):
    """The thing's present state does not allow this."""

    status, type, title = 409, "conflict", "当前状态不允许此操作"


class StaleVersion(Problem):
    """Someone changed it in the meantime."""

    status, type, title = 412, "stale-version", "内容已被他人修改，请刷新后重试"


class VersionRequired(Problem):
    """A change of an existing thing must say which version it changes."""

    status, type, title = 428, "version-required", "缺少 If-Match 版本号"


class NotSignedIn(Problem):
    status, type, title = 401, "not-signed-in", "请先登录"


class NotAllowed(Problem):
    status, type, title = 403, "not-allowed", "没有权限"


class Invalid(Problem):
    """A field does not hold what it must."""

    status, type, title = 422, "invalid", "填写有误"


class TooMany(Problem):
    status, type, title = 429, "too-many-requests", "操作过于频繁，请稍后再试"


class Unavailable(Problem):
    """A dependency is away; nothing was changed, and trying again later will help."""

    status, type, title = 503, "unavailable", "服务暂时不可用，请稍后重试"


def problem_response(
    status: int, kind: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    body = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    body.update({key: value for key, value in more.items() if value is not None})
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _validation(error: RequestValidationError) -> JSONResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
            "message": said(item),
        }
        for item in error.errors()
    ]
    first = errors[0]
    return problem_response(
        422,
        "invalid",
        Invalid.title,
        f"{first['field']}：{first['message']}",
        field=first["field"],
        errors=errors,
    )


class ProblemDetails(BaseModel, extra="allow"):
    """The body of every refusal; some carry further members of their own."""

    type: str = Field(description="A stable name of the broken rule: /problems/stale-version")
    title: str
    status: int
    detail: str
    field: str | None = Field(default=None, description="The part of the input it is about")


def describe_problems(app: FastAPI) -> None:
    """Let the API's own description know the body that `ANY_PROBLEM` names."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = ProblemDetails.model_json_schema()
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def install_problems(app: FastAPI) -> None:
    """Answer every error of this API as problem+json; an outage is 503, a bug is 500 without its text."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return problem_response(
            error.status,
            error.type,
            error.title,
            error.detail,
            error.headers,
            field=error.field,
            **error.extra,
        )

    @app.exception_handler(DomainError)
    async def _domain(_: Request, error: DomainError) -> JSONResponse:
        kind = error.problem_type or _kebab(type(error).__name__)
        about = {name: error.facts.get(name) for name in ("field", "errors")}
        return problem_response(error.status, kind, error.title, str(error), **about)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _validation(error)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        kinds = {404: ("not-found", "没有找到"), 405: ("method-not-allowed", "不支持此方法")}
        kind, title = kinds.get(error.status_code, ("http", "请求有误"))
        return problem_response(error.status_code, kind, title, str(error.detail), error.headers)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(ConnectionError)
    @app.exception_handler(TimeoutError)
    async def _outage(request: Request, error: Exception) -> JSONResponse:
        if not is_outage(error):
            return await _bug(request, error)
        log.warning("http.dependency_away", path=request.url.path, error=repr(error))
        return problem_response(503, Unavailable.type, Unavailable.title, "", {"Retry-After": "5"})

    @app.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> JSONResponse:
        log.error("http.bug", path=request.url.path, exc_info=error)
        return problem_response(500, "internal", "系统内部错误", "")


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
