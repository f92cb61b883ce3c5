"""有新文件时通知我: asking for an alert, confirming it from the mail, stopping it. No account, no script."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup, escape
from starlette.datastructures import FormData, QueryParams

from portal.clients.alerts import Alert, Pairs
from portal.clients.services import Services
from portal.hearing import heard
from portal.languages import is_english
from portal.pages import Pages, pages_of
from portal.public.asking import read_asked
from portal.public.narrowing import Labels, chips_of
from portal.reach import if_there, services_of
from portal.refusals import Missing, Unacceptable
from portal.translations import _, zh

router = APIRouter()

OWN_FIELDS = ("email", "frequency")
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


def _pairs(given: FormData | QueryParams) -> Pairs:
    """The parameters of the search, as they came along."""
    return [(name, str(value)) for name, value in given.multi_items() if name not in OWN_FIELDS and value]


async def _form(
    request: Request, pairs: Pairs, email: str, frequency: str, errors: dict[str, str] | None = None
) -> HTMLResponse:
    wanted = await services_of(request).alerts.preview(pairs)
    context = {
        "wanted": wanted,
        "about": await _about(services_of(request), wanted),
        "email": email,
        "frequency": frequency,
        "errors": errors or {},
    }
    answer = pages_of(request).render(request, "public/alert_form.html", 422 if errors else 200, **context)
    return _kept_by_nobody(answer)


@router.get("/alerts/new")
async def new(request: Request) -> HTMLResponse:
    """The form; the search it comes from stands in its address."""
    return await _form(request, _pairs(request.query_params), "", "instant")


@router.post("/alerts/new")
async def subscribe(request: Request, services: Services = Depends(services_of)) -> Response:
    """Ask for the confirmation mail; what follows is the same whether or not the address is known."""
    given = await request.form()
    email, frequency = str(given.get("email") or "").strip(), str(given.get("frequency") or "instant")
    pairs = _pairs(given)
    if not email:
        return await _form(request, pairs, email, frequency, {"email": _("请填写电子邮箱")})
    try:
        await services.alerts.subscribe(email, frequency, pairs)
    except Unacceptable as refusal:
        errors = {name if name in OWN_FIELDS else "": said for name, said in refusal.fields.items()}
        return await _form(request, pairs, email, frequency, errors or {"": refusal.sentence})
    return RedirectResponse("/alerts/requested", 303)


@router.get("/alerts/requested")
async def requested(request: Request, pages: Pages = Depends(pages_of)) -> HTMLResponse:
    """Look into your mailbox; nothing here says whose."""
    return pages.render(request, "public/alert_requested.html")


@router.get("/alerts/confirm")
async def to_confirm(request: Request, token: str = "", services: Services = Depends(services_of)) -> HTMLResponse:
    """What the link is about, with a button: programs that look at links in mails must confirm nothing."""
    return await _told(request, "public/alert_confirm.html", services.alerts.to_confirm, token)


@router.post("/alerts/confirm")
async def confirm(request: Request, services: Services = Depends(services_of)) -> Response:
    return await _followed(request, services.alerts.confirm)


@router.get("/alerts/stop")
async def to_stop(request: Request, token: str = "", services: Services = Depends(services_of)) -> HTMLResponse:
    """What would be stopped, with a button; or that it is stopped already."""
    return await _told(request, "public/alert_stop.html", services.alerts.to_stop, token)


@router.post("/alerts/stop")
async def stop(request: Request, services: Services = Depends(services_of)) -> Response:
    return await _followed(request, services.alerts.stop)


async def _told(request: Request, template: str, about: Callable[[str], Awaitable[Alert]], token: str) -> HTMLResponse:
    """The page of a link from a mail."""
    try:
        alert = await about(token)
    except Missing:
        return _nowhere(request)
    words = await _about(services_of(request), alert)
    return _kept_by_nobody(pages_of(request).render(request, template, alert=alert, about=words, token=token))


async def _about(services: Services, alert: Alert) -> Any:
    """The conditions in words: search says them in Chinese; in English they are put together here."""
    if not is_english() or not alert.params:
        return heard(alert.description)
    departments, columns = await asyncio.gather(
        if_there(services.identity.departments(), []), if_there(services.catalog.columns(), [])
    )
    asked = read_asked(QueryParams(alert.params))
    labels = Labels({}, {d.code: d.name for d in departments}, columns)
    parts = [Markup('"{}"').format(zh(asked.q))] if asked.q else []
    parts += [escape(chip.text) for chip in chips_of(asked, {}, labels)]
    parts += [escape(_("按原词检索"))] if asked.exact else []
    return Markup(", ").join(parts)


async def _followed(request: Request, act: Callable[[str], Awaitable[None]]) -> Response:
    """Do what the button of such a page says, and show the page as it is then."""
    token = str((await request.form()).get("token") or "")
    try:
        await act(token)
    except Missing:
        return _nowhere(request)
    return RedirectResponse(f"{request.url.path}?{urlencode({'token': token})}", 303)


def _nowhere(request: Request) -> HTMLResponse:
    return _kept_by_nobody(pages_of(request).render(request, "public/alert_gone.html", 404))


def _kept_by_nobody(answer: HTMLResponse) -> HTMLResponse:
    """The address of the page is a secret, or its form holds somebody's address."""
    answer.headers.update(PRIVATE)
    return answer
