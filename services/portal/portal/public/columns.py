"""The site's columns as a tree, and what each holds."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.catalog import Column
from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import services_of
from portal.refusals import Missing
from portal.translations import N_, _

router = APIRouter()


@router.get("/columns")
async def columns(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    found = [column for column in await services.catalog.columns() if column.active]
    return pages.render(request, "public/columns.html", nodes=tree(found))


def tree(columns: list[Column]) -> list[dict[str, Any]]:
    """Columns below their parents; one whose parent is unknown, or itself, stands at the top."""
    codes = {column.code for column in columns}
    children: dict[str, list[Column]] = {}
    for column in columns:
        parent = column.parent if column.parent in codes and column.parent != column.code else None
        children.setdefault(parent or "", []).append(column)

    def below(code: str) -> list[dict[str, Any]]:
        return [
            {"href": f"/columns/{c.code}", "name": c.name, "note": c.purpose, "children": below(c.code)}
            for c in children.pop(code, [])
        ]

    return below("")


@router.get("/columns/{code}")
async def column(
    request: Request,
    code: str,
    cursor: str = "",
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """What a column holds, newest first."""
    every = await services.catalog.columns()
    by_code = {column.code: column for column in every}
    if code not in by_code:
        raise Missing({"title": N_("没有这个栏目"), "detail": N_("栏目可能已经调整，请从全部栏目中查找。")})
    found = await services.publishing.documents(column=code, cursor=cursor or None)
    here = by_code[code]
    trail = [("/", _("首页")), ("/columns", _("栏目"))]
    if here.parent in by_code:
        trail.append((f"/columns/{here.parent}", by_code[here.parent].name))
    return pages.render(
        request,
        "public/column.html",
        column=here,
        inside=[c for c in every if c.parent == code and c.active],
        found=found,
        trail=trail,
        params={"cursor": cursor},
    )
