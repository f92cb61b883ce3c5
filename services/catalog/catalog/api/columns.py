"""The tree of columns."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from catalog.api.requests import CodePath, ColumnBody, version_if_any
from catalog.desk import Desks
from catalog.domain.columns import COLUMN_KIND_LABELS, Column
from catalog.handlers.columns import put_column
from shared.auth import Principal, principal
from shared.problems import NotFound
from shared.roles import Role
from shared.web import etag


def columns_router(opened: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/columns", tags=["columns"])
    _reading(router, opened)
    _changing(router, opened)
    return router


def _reading(router: APIRouter, opened: Desks) -> None:
    @router.get("")
    async def list_columns() -> dict[str, Any]:
        """Every column, flat and by code; `parent` makes the tree."""
        async with opened() as desk:
            names = await desk.departments.names()
            return {"items": [column_view(column, names) for column in await desk.columns.all()]}

    @router.get("/{code}")
    async def show_column(code: CodePath, response: Response) -> dict[str, Any]:
        async with opened() as desk:
            column, names = await desk.columns.get(code), await desk.departments.names()
        if column is None:
            raise NotFound(f"没有栏目“{code}”")
        etag(response, column.version)
        return column_view(column, names)


def _changing(router: APIRouter, opened: Desks) -> None:
    @router.put("/{code}")
    async def change_column(
        code: CodePath,
        body: ColumnBody,
        response: Response,
        who: Principal = Depends(principal),
        expected: int | None = Depends(version_if_any),
    ) -> dict[str, Any]:
        """Create a column, or change it with If-Match."""
        who.require(Role.CATALOGUE_EDITOR, department=body.department)
        async with opened() as desk:
            held = await desk.columns.get(code)
            if held is not None:
                who.require(Role.CATALOGUE_EDITOR, department=held.department)
            column = await put_column(Column(code=code, **dict(body)), expected, who.subject, desk)
            names = await desk.departments.names()
        etag(response, column.version)
        return column_view(column, names)


def column_view(column: Column, departments: dict[str, str]) -> dict[str, Any]:
    """The public state with its version, labels, and who set the longest silence."""
    return {
        **column.state().model_dump(),
        "version": column.version,
        "kind_label": COLUMN_KIND_LABELS[column.kind],
        "department_name": departments.get(column.department),
        "silence_source": column.silence_source,
    }
