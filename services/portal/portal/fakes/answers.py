"""What the invented services share: tokens that name their holder, and an application with problem+json."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from shared.auth import Principal
from shared.problems import NotSignedIn, install_problems
from shared.roles import SYSTEM_ROLES, Role

PEOPLE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "author": ("王撰", [("author", "audit")]),
    "reviewer": ("李审", [("reviewer", "audit"), ("approver", "audit")]),
    "registrar": ("赵登记", [("registrar", "*"), ("handler", "*")]),
    "editor": ("孙目录", [("catalogue_editor", "*"), ("supervisor", "*")]),
    "admin": ("钱管理", [(role.value, "*") for role in Role if role not in SYSTEM_ROLES]),
    "nobody": ("周闲", []),
}


def principal_of(name: str) -> Principal:
    label, grants = PEOPLE[name]
    return Principal(name, label, frozenset(grants))


def caller(request: Request) -> Principal:
    """Whoever the bearer token names."""
    name = request.headers.get("authorization", "").removeprefix("Bearer token-")
    if name not in PEOPLE:
        raise NotSignedIn("此接口需要登录令牌")
    return principal_of(name)


def service() -> FastAPI:
    """A service that answers errors as the real ones do, and is ready."""
    app = FastAPI()
    install_problems(app)

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


def page(items: Sequence[Any], cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of a list; the cursor is the place of its first item."""
    start = int(cursor) if cursor and cursor.isdigit() else 0
    more = start + limit < len(items)
    return {"items": list(items[start : start + limit]), "next_cursor": str(start + limit) if more else None}


def versioned(body: dict[str, Any], version: int, status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, headers={"ETag": f'"{version}"'})
