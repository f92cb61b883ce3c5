"""Full-text search, with help when it finds nothing and a way on when it is away."""

import re

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from portal.clients.search import Found
from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.public.home import column_cards
from portal.reach import if_there, names_of, services_of
from portal.refusals import Refused, ServiceAway
from shared.kinds import kind_label

router = APIRouter()

SORTS = [("relevance", "最相关"), ("newest", "最新"), ("oldest", "最早")]
FILTERS = ("kind", "department", "year")
MAX_QUERY = 200
ADDRESSES_A_PAGE = 20


@router.get("/search")
async def search(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    params = _params(request)
    found = await _find(services, params)
    departments, _ = await names_of(services)
    columns = [] if found else column_cards(await if_there(services.catalog.columns(), []))
    return pages.render(
        request,
        "public/search.html",
        200 if found else 503,
        params=params,
        found=found,
        sorts=SORTS,
        filters=_chosen(params, found, departments),
        shorter=shorter_queries(params["q"]),
        columns=columns,
    )


def _params(request: Request) -> dict[str, str]:
    given = request.query_params
    params = {name: given.get(name, "").strip() for name in ("q", *FILTERS, "sort", "cursor")}
    params["q"] = params["q"][:MAX_QUERY]
    params["sort"] = params["sort"] if params["sort"] in dict(SORTS) else "relevance"
    return params


async def _find(services: Services, params: dict[str, str]) -> Found | None:
    """The results, none when a parameter made no sense, None when search is away."""
    try:
        return await services.search.search({**params, "limit": ADDRESSES_A_PAGE})
    except ServiceAway:
        return None
    except Refused:
        return Found()


def _chosen(params: dict[str, str], found: Found | None, departments: dict[str, str]) -> list[tuple[str, str]]:
    """The active filters in words."""
    words = []
    for name in FILTERS:
        value = params[name]
        if not value:
            continue
        labels = {v.value: v.label for v in (found.facets.get(name, []) if found else [])}
        known = {"kind": kind_label(value), "department": departments.get(value, value), "year": f"{value} 年"}
        words.append((name, labels.get(value) or known[name]))
    return words


def shorter_queries(text: str) -> list[str]:
    """Single words of a query of several, to try on their own."""
    words = [word for word in re.split(r"[\s,，、;；]+", text) if len(word) > 1]
    return words[:3] if len(words) > 1 else []


@router.get("/suggest")
async def suggest(q: str = "", services: Services = Depends(services_of)) -> JSONResponse:
    """Suggestions for the search box; none when search is away, as they are only a help."""
    try:
        items = await services.search.suggest(q[:MAX_QUERY]) if q.strip() else []
    except (ServiceAway, Refused):
        items = []
    return JSONResponse({"items": [item.model_dump() for item in items[:8]]})
