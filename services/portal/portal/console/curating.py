"""The forms of the search desk: a best bet, a vocabulary entry, and what each would change before it is kept."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients import curation
from portal.clients.curation import BEST_BETS, VOCABULARY, BestBet, Term
from portal.clients.services import Services
from portal.console.entering import bet_body, bet_values, new_bet, read_bet, read_term, term_body, term_values
from portal.console.frame import done, page, require
from portal.reach import services_of
from portal.refusals import Refused, ServiceAway
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter(prefix="/search")

PREVIEWED = 5


@router.get("/best-bets/{entry}")
async def best_bet(
    request: Request,
    entry: str,
    q: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """The form of a best bet; `new` with the query that asked for one."""
    require(staff, Role.CATALOGUE_EDITOR)
    held = await _held(curation.best_bet, services, staff, entry)
    values = bet_values(held) if held else new_bet(q, staff.principal.name)
    return await _bet_page(request, staff, services, held, values)


@router.post("/best-bets/{entry}")
async def change_best_bet(
    request: Request, entry: str, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> Response:
    """Keep it, or show the results page as it would be."""
    require(staff, Role.CATALOGUE_EDITOR)
    form = {name: str(value) for name, value in (await request.form()).items()}
    held = await _held(curation.best_bet, services, staff, entry)
    values, errors = read_bet(form)
    if form.get("act") == "preview":
        return await _bet_page(request, staff, services, held, values, errors, preview=not errors)
    if not errors:
        errors = await _kept(services, staff, BEST_BETS, held, bet_body(values), form)
    if not errors:
        return done("/console/search/best-bets", "saved")
    return await _bet_page(request, staff, services, held, values, errors)


async def _bet_page(
    request: Request,
    staff: Staff,
    services: Services,
    held: BestBet | None,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    preview: bool = False,
) -> HTMLResponse:
    shown = None
    if preview:
        q = str(values["queries"]).splitlines()[0]
        shown = {"q": q, "found": await _results(services, staff, q)}
    record = await curation.changes(services.search, staff.token, BEST_BETS, held.id) if held else []
    context = {"held": held, "values": values, "errors": errors or {}, "preview": shown, "record": record}
    return page(request, staff, "console/best_bet.html", 422 if errors else 200, **context)


async def _results(services: Services, staff: Staff, q: str) -> Any:
    """The first results as the public sees them; none while search is away."""
    try:
        return await services.search.search({"q": q, "limit": PREVIEWED}, staff.token)
    except (ServiceAway, Refused):
        return None


@router.get("/vocabulary/{entry}")
async def term(
    request: Request,
    entry: str,
    term: str = "",
    staff: Staff = Depends(signed_in),
    services: Services = Depends(services_of),
) -> HTMLResponse:
    """The form of a vocabulary entry; `new` with the term that found nothing."""
    require(staff, Role.CATALOGUE_EDITOR)
    held = await _held(curation.term, services, staff, entry)
    values = term_values(held) if held else {"term": term, "expansions": "", "note": "", "q": ""}
    return await _term_page(request, staff, services, held, values)


@router.post("/vocabulary/{entry}")
async def change_term(
    request: Request, entry: str, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> Response:
    """Keep it, or show what it would change in the first ten results of a query."""
    require(staff, Role.CATALOGUE_EDITOR)
    form = {name: str(value) for name, value in (await request.form()).items()}
    held = await _held(curation.term, services, staff, entry)
    values, errors = read_term(form)
    trial = None
    if not errors and form.get("act") == "preview":
        try:
            trial = await curation.try_term(services.search, staff.token, {**term_body(values), "q": values["q"]})
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    elif not errors:
        errors = await _kept(services, staff, VOCABULARY, held, term_body(values), form)
        if not errors:
            return done("/console/search/vocabulary", "saved")
    return await _term_page(request, staff, services, held, values, errors, trial)


async def _term_page(
    request: Request,
    staff: Staff,
    services: Services,
    held: Term | None,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    trial: curation.Trial | None = None,
) -> HTMLResponse:
    record = await curation.changes(services.search, staff.token, VOCABULARY, held.id) if held else []
    moves = _moves(trial) if trial else []
    context = {"held": held, "values": values, "errors": errors or {}, "trial": trial, "moves": moves, "record": record}
    return page(request, staff, "console/term.html", 422 if errors else 200, **context)


def _moves(trial: curation.Trial) -> list[dict[str, Any]]:
    """The results with the entry, each with its place without it (None: it was not among them)."""
    places = {hit.id: place for place, hit in enumerate(trial.before, 1)}
    return [{"hit": hit, "place": place, "was": places.get(hit.id)} for place, hit in enumerate(trial.after, 1)]


async def _held(read: Any, services: Services, staff: Staff, entry: str) -> Any:
    return None if entry == "new" else await read(services.search, staff.token, entry)


async def _kept(
    services: Services, staff: Staff, path: str, held: Any, body: dict[str, Any], form: dict[str, str]
) -> dict[str, str]:
    """Keep it as it stood when the form was opened; what was refused, by field."""
    version = int(form["version"]) if form.get("version", "").isdigit() else 0
    try:
        await curation.keep(services.search, staff.token, path, held.id if held else "", body, version)
    except Refused as refusal:
        return refusal.fields or {"": refusal.sentence}
    return {}
