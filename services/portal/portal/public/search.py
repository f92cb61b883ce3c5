"""Full-text search, with help when it finds nothing and a way on when it is away."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from portal.clients.catalog import Column
from portal.clients.search import Facets, Found
from portal.clients.services import Services
from portal.clients.transport import Page
from portal.languages import language, state_language
from portal.pages import Pages, pages_of
from portal.public.asking import A_PAGE, DATES, MAX_QUERY, SORTS, Asked, read_asked
from portal.public.home import column_cards
from portal.public.narrowing import Labels, attachment_count, chips_of, facets_of
from portal.reach import if_there, services_of
from portal.refusals import NotPermitted, Refused, ServiceAway, SessionEnded
from portal.sessions import Staff
from portal.translations import N_, _

router = APIRouter()

MAX_SUGGESTIONS = 10
FIELDS = ("q", *DATES)
SUGGESTED = {
    "title": N_("标题"),
    "number": N_("文号"),
    "department": N_("部门"),
    "column": N_("栏目"),
    "popular": N_("热门检索"),
}


@dataclass(frozen=True)
class Answer:
    """What came of asking: `found` is None when search is away; `errors` are sentences by field of the page."""

    found: Found | None
    errors: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    refused: bool = False
    facets: Facets = field(default_factory=dict)

    @property
    def status(self) -> int:
        return 503 if self.found is None else 422 if self.errors else 200


@router.get("/search")
async def search(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    asked = read_asked(request.query_params)
    answer, departments, columns = await asyncio.gather(
        _ask(services, asked, getattr(request.state, "staff", None)),
        if_there(services.identity.departments(), []),
        if_there(services.catalog.columns(), []),
    )
    labels = Labels(answer.facets, {d.code: d.name for d in departments}, columns)
    shown = _shown(asked, answer, labels)
    if answer.found is None:
        shown |= await _way_on(services, columns)
    page = pages.render(request, "public/search.html", answer.status, **shown)
    if answer.found is None:
        page.headers["Retry-After"] = "10"
    return page


async def _ask(services: Services, asked: Asked, staff: Staff | None) -> Answer:
    """Ask search; staff are told why each hit stands where it stands."""
    if "q" in asked.errors:
        return Answer(Found(), asked.errors, refused=True)
    began = time.perf_counter()
    try:
        found, facets = await asyncio.gather(_found(services, asked, staff), _facets_before(services, asked))
    except ServiceAway:
        return Answer(None, asked.errors)
    except Refused as refusal:
        return Answer(Found(), asked.errors | _errors(refusal), refused=True)
    return Answer(found, asked.errors, time.perf_counter() - began, facets=found.facets or facets)


def _errors(refusal: Refused) -> dict[str, str]:
    """Why search refused, at the field of the page where one is to blame."""
    named = refusal.fields or {"": refusal.sentence}
    return {name if name in FIELDS else "": sentence for name, sentence in named.items()}


async def _facets_before(services: Services, asked: Asked) -> Facets:
    """Counts come with a first page; on a later one they are those of its first, which search remembers."""
    if not asked.cursor:
        return {}
    try:
        return (await services.search.search(asked.sent | {"cursor": ""})).facets
    except (ServiceAway, Refused):
        return {}


async def _found(services: Services, asked: Asked, staff: Staff | None) -> Found:
    if staff is not None:
        try:
            return await services.search.search(asked.sent | {"explain": "true"}, staff.token)
        except (NotPermitted, SessionEnded):
            pass  # reasons are not for everyone; results are
    return await services.search.search(asked.sent)


def _shown(asked: Asked, answer: Answer, labels: Labels) -> dict[str, Any]:
    found = answer.found or Found()
    shown = asked.before + len(found.items)
    return {
        "asked": asked,
        "params": asked.params,
        "found": answer.found,
        "errors": answer.errors,
        "refused": answer.refused,
        "seconds": answer.seconds,
        "sorts": SORTS,
        "chips": chips_of(asked, answer.facets, labels),
        "facets": facets_of(asked, answer.facets, labels),
        "attachment_count": attachment_count(answer.facets),
        "shorter": shorter_queries(asked.q),
        "pages": -(-found.total // A_PAGE),
        "bounded": found.truncated,
        "shown": shown,
    }


async def _way_on(services: Services, columns: list[Column]) -> dict[str, Any]:
    """What can be read while search is away: the columns, and what is newest."""
    latest: Page[Any] = await if_there(services.publishing.documents(limit=7), Page[Any]())
    return {"columns": column_cards(columns), "latest": latest.items}


def shorter_queries(text: str) -> list[str]:
    """Single words of a query of several, to try on their own."""
    words = [word for word in re.split(r"[\s,，、;；]+", text) if len(word) > 1]
    return words[:3] if len(words) > 1 else []


@router.get("/suggest")
async def suggest(q: str = "", services: Services = Depends(services_of)) -> JSONResponse:
    """Suggestions for the search box by kind; none when search is away, as they are only a help."""
    try:
        items = await services.search.suggest(q[:MAX_QUERY]) if q.strip() else []
    except (ServiceAway, Refused):
        items = []
    groups: dict[str, list[dict[str, str]]] = {}
    for item in items[:MAX_SUGGESTIONS]:
        label = SUGGESTED.get(item.type, SUGGESTED["title"])
        groups.setdefault(_(label), []).append({"text": item.text, "url": item.href})
    answer = JSONResponse({"groups": [{"label": label, "items": found} for label, found in groups.items()]})
    state_language(answer.headers, language())
    return answer
