"""The front page: search first, then what is new and where everything is."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.catalog import CatalogueItem, Column, Edition
from portal.clients.publishing import Summary
from portal.clients.search import Found, Hit
from portal.clients.services import Services
from portal.clients.supervision import Summary as Standing
from portal.clients.transport import Page
from portal.pages import Pages, pages_of
from portal.reach import if_there, services_of
from portal.translations import _, _n
from shared.kinds import DocumentKind

router = APIRouter()
LATEST = 7
EMPTY_EDITION = Edition(edition=0)


@router.get("/")
async def home(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    everything: Found | None
    latest, columns, edition, summary, everything = await asyncio.gather(
        _latest(services),
        if_there(services.catalog.columns(), []),
        if_there(services.catalog.catalogue(), EMPTY_EDITION),
        if_there(services.supervision.summary(), Standing()),
        if_there(services.search.search({"limit": 1}), None),
    )
    return pages.render(
        request,
        "public/home.html",
        latest=latest,
        columns=column_cards(columns)[:8],
        key_areas=area_cards(edition.rows)[:8],
        numbers=front_figures(summary, everything.total if everything else None),
    )


async def _latest(services: Services) -> Sequence[Hit | Summary] | None:
    """The newest of the county's own: imported national law, by the hundred, would fill the list for weeks."""
    own = [kind.value for kind in DocumentKind if kind != DocumentKind.REGULATION]
    found: Found | None = await if_there(services.search.search({"kind": own, "sort": "newest", "limit": LATEST}), None)
    if found is not None:
        return found.items
    listed: Page[Summary] | None = await if_there(services.publishing.documents(limit=100), None)
    return None if listed is None else [row for row in listed.items if row.kind in own][:LATEST]


def column_cards(columns: list[Column]) -> list[dict[str, str]]:
    """Entrances to the columns one may read."""
    return [
        {"href": f"/columns/{column.code}", "title": column.name, "text": column.purpose}
        for column in columns
        if column.active
    ]


def area_cards(items: list[CatalogueItem]) -> list[dict[str, str]]:
    """The catalogue's key areas, each once by its first-level name."""
    first = {item.level1 or item.name: item for item in reversed(items) if item.key_area and not item.retired}
    counts = {name: sum((i.level1 or i.name) == name for i in items if i.key_area) for name in first}
    return [
        {"href": f"/catalogue?level1={name}", "title": name, "note": _n("%(n)s 项公开事项", counts[name])}
        for name in reversed(first)
    ]


def front_figures(summary: Standing, published: int | None) -> list[dict[str, Any]]:
    """The four numbers people ask for first; a number nobody reported is left out."""
    wanted = [
        (_("已公开文件"), published, "/search?sort=newest", ""),
        (_("按期完成的公开事项"), summary.obligations.get("met"), "/supervision#obligations", ""),
        (_("逾期的公开事项"), summary.obligations.get("overdue"), "/supervision#obligations", "late"),
        (_("按期答复的公开申请"), summary.requests.get("met"), "/supervision#requests", ""),
    ]
    return [
        {"label": label, "value": value, "href": href, "tone": tone if value else ""}
        for label, value, href, tone in wanted
        if value is not None
    ]
