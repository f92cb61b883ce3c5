"""有新文件时通知我: asking for an alert, confirming it from the mail, stopping it. No account, no script."""

from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, QueryParams

from portal.clients.alerts import Pairs
from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import services_of
from portal.refusals import Missing, Unacceptable

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
    answer = pages_of(request).render(
        request,
        "public/alert_form.html",
        422 if errors else 200,
        wanted=wanted,
        email=email,
        frequency=frequency,
        errors=errors or {},
    )
    answer.headers.update(PRIVATE)
    return answer


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
        return await _form(request, pairs, email, frequency, {"email": "请填写电子邮箱"})
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
async def to_confirm(
    request: Request, token: str = "", pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    """What the link is about, with a button: programs that look at links in mails must confirm nothing."""
    try:
        alert = await services.alerts.to_confirm(token)
    except Missing:
        return _told(pages.render(request, "public/alert_gone.html", 404))
    return _told(pages.render(request, "public/alert_confirm.html", alert=alert, token=token))


@router.post("/alerts/confirm")
async def confirm(request: Request, services: Services = Depends(services_of)) -> Response:
    token = str((await request.form()).get("token") or "")
    try:
        await services.alerts.confirm(token)
    except Missing:
        return _told(pages_of(request).render(request, "public/alert_gone.html", 404))
    return RedirectResponse(f"/alerts/confirm?{urlencode({'token': token})}", 303)


@router.get("/alerts/stop")
async def to_stop(
    request: Request, token: str = "", pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    """What would be stopped, with a button; or that it is stopped already."""
    try:
        alert = await services.alerts.to_stop(token)
    except Missing:
        return _told(pages.render(request, "public/alert_gone.html", 404))
    return _told(pages.render(request, "public/alert_stop.html", alert=alert, token=token))


@router.post("/alerts/stop")
async def stop(request: Request, services: Services = Depends(services_of)) -> Response:
    token = str((await request.form()).get("token") or "")
    try:
        await services.alerts.stop(token)
    except Missing:
        return _told(pages_of(request).render(request, "public/alert_gone.html", 404))
    return RedirectResponse(f"/alerts/stop?{urlencode({'token': token})}", 303)


def _told(answer: HTMLResponse) -> HTMLResponse:
    """A page whose address is a secret: kept by nobody."""
    answer.headers.update(PRIVATE)
    return answer
