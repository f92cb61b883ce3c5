"""The forms of the search desk: a best bet, a vocabulary entry, and what each would change before it is kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from portal.clients import curation
from portal.clients.curation import BEST_BETS, VOCABULARY, BestBet, Term
from portal.clients.search import Search
from portal.clients.services import Services
from portal.clients.transport import Service
from portal.console.entering import bet_body, bet_values, new_bet, read_bet, read_term, term_body, term_values
from portal.console.frame import done, page, require, version_in
from portal.reach import services_of
from portal.refusals import Missing, Refused, ServiceAway
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter(prefix="/search")

PREVIEWED = 5
Values = dict[str, Any]
Errors = dict[str, str]
Held = TypeVar("Held", BestBet, Term)


@dataclass(frozen=True)
class Editor:
    """Who edits, and the search service in reach."""

    request: Request
    staff: Staff
    search: Search

    @property
    def token(self) -> str:
        return self.staff.token


def editor(request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)) -> Editor:
    require(staff, Role.CATALOGUE_EDITOR)
    return Editor(request, staff, services.search)


@dataclass(frozen=True)
class Form(Generic[Held]):
    """One kind of entry: where it is kept, and how its page is filled, read, tried out and sent."""

    path: str
    template: str
    read: Callable[[Service, str, str], Awaitable[Held]]
    empty: Callable[[Editor], Values]
    values: Callable[[Held], Values]
    typed: Callable[[dict[str, str]], tuple[Values, Errors]]
    preview: Callable[[Editor, Values], Awaitable[Values]]
    body: Callable[[Values], Values]

    async def held(self, editor: Editor, entry: str) -> Held | None:
        """The entry as it stands; None for `new`."""
        return None if entry == "new" else await self.read(editor.search, editor.token, entry)

    async def keep(self, editor: Editor, entry: str, values: Values, version: int | None) -> Errors:
        """Keep it, as it stood at `version`; what was refused, by field."""
        kept = "" if entry == "new" else entry
        try:
            await curation.keep(editor.search, editor.token, self.path, kept, self.body(values), version or 0)
        except Refused as refusal:
            return refusal.fields or {"": refusal.sentence}
        return {}

    async def page(
        self,
        editor: Editor,
        held: Held | None,
        version: int | None,
        values: Values,
        errors: Errors | None = None,
        preview: Values | None = None,
    ) -> HTMLResponse:
        """`version` is that of the form's first opening: what others have changed since must not be saved over."""
        record = await curation.changes(editor.search, editor.token, self.path, held.id) if held else []
        context = {"held": held, "version": version, "values": values, "errors": errors or {}, "record": record}
        status = 422 if errors else 200
        return page(editor.request, editor.staff, self.template, status, **context, preview=preview)


async def _results(editor: Editor, values: Values) -> Values:
    """The first results as the public sees them; none while search is away."""
    q = str(values["queries"]).splitlines()[0]
    try:
        return {"q": q, "found": await editor.search.search({"q": q, "limit": PREVIEWED}, editor.token)}
    except (ServiceAway, Refused):
        return {"q": q, "found": None}


async def _trial(editor: Editor, values: Values) -> Values:
    """What it would change in the first ten results of a query. Raises Refused."""
    trial = await curation.try_term(editor.search, editor.token, {**term_body(values), "q": values["q"]})
    return {"trial": trial, "moves": _moves(trial)}


def _moves(trial: curation.Trial) -> list[dict[str, Any]]:
    """The results with the entry, each with its place without it (None: it was not among them)."""
    places = {hit.id: place for place, hit in enumerate(trial.before, 1)}
    return [{"hit": hit, "place": place, "was": places.get(hit.id)} for place, hit in enumerate(trial.after, 1)]


def _empty_bet(editor: Editor) -> Values:
    return new_bet(editor.request.query_params.get("q", ""), editor.staff.principal.name)


def _empty_term(editor: Editor) -> Values:
    return {"term": editor.request.query_params.get("term", ""), "expansions": "", "note": "", "q": ""}


FORMS: dict[str, Form[Any]] = {
    "best-bets": Form(
        BEST_BETS, "console/best_bet.html", curation.best_bet, _empty_bet, bet_values, read_bet, _results, bet_body
    ),
    "vocabulary": Form(
        VOCABULARY, "console/term.html", curation.term, _empty_term, term_values, read_term, _trial, term_body
    ),
}


def form_of(kind: str) -> Form[Any]:
    if kind not in FORMS:
        raise Missing({"title": "没有这个页面"})
    return FORMS[kind]


@router.get("/{kind}/{entry}")
async def show(entry: str, form: Form[Any] = Depends(form_of), editor: Editor = Depends(editor)) -> HTMLResponse:
    """The form of an entry; `new` with the query or the term that asked for one."""
    held = await form.held(editor, entry)
    values = form.values(held) if held else form.empty(editor)
    return await form.page(editor, held, held.version if held else None, values)


@router.post("/{kind}/{entry}")
async def change(
    kind: str, entry: str, form: Form[Any] = Depends(form_of), editor: Editor = Depends(editor)
) -> Response:
    """Keep it, or show what it would change."""
    sent = {name: str(value) for name, value in (await editor.request.form()).items()}
    held, version = await form.held(editor, entry), version_in(sent)
    values, errors = form.typed(sent)
    preview = None
    if not errors and sent.get("act") == "preview":
        try:
            preview = await form.preview(editor, values)
        except Refused as refusal:
            errors = refusal.fields or {"": refusal.sentence}
    elif not errors:
        errors = await form.keep(editor, entry, values, version)
        if not errors:
            return done(f"/console/search/{kind}", "saved")
    return await form.page(editor, held, version, values, errors, preview)
