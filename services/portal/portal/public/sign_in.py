"""Signing in and out. Wrong user and wrong password get the same words."""

from math import ceil

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.preferences import local_path
from portal.reach import services_of
from portal.refusals import Refused, ServiceAway, SessionEnded, TooOften
from portal.sessions import Sessions, require_form_token
from portal.translations import _, _n

router = APIRouter()


@router.get("/sign-in")
async def form(request: Request, next: str = "/console", pages: Pages = Depends(pages_of)) -> HTMLResponse:  # noqa: A002
    return pages.render(request, "public/sign_in.html", next=local_path(next), username="")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    username: str = Form(""),
    password: str = Form(""),
    next: str = Form("/console"),  # noqa: A002 - the field's name is the address's
    pages: Pages = Depends(pages_of),
    services: Services = Depends(services_of),
) -> Response:
    errors = _missing(username, password)
    if not errors:
        try:
            opened = await services.identity.sign_in(username.strip(), password)
        except Refused as refusal:
            errors = {"username": _reason(refusal)}
        else:
            answer = RedirectResponse(local_path(next), 303)
            request.app.state.sessions.remember(answer, opened.session)
            return answer
    return pages.render(request, "public/sign_in.html", 422, errors=errors, next=local_path(next), username=username)


def _missing(username: str, password: str) -> dict[str, str]:
    errors = {}
    if not username.strip():
        errors["username"] = _("请填写用户名")
    if not password:
        errors["password"] = _("请填写密码")
    return errors


def _reason(refusal: Refused) -> str:
    if isinstance(refusal, TooOften):
        return _n("连续输错次数过多，请 %(n)s 分钟后再试，或联系管理员", ceil(refusal.retry_after / 60))
    if isinstance(refusal, SessionEnded):
        return _("用户名或密码不正确")
    return refusal.sentence


@router.post("/sign-out")
async def sign_out(request: Request) -> RedirectResponse:
    """Ends the session here in any case, and at identity if it answers."""
    sessions: Sessions = request.app.state.sessions
    answer = RedirectResponse("/", 303)
    try:
        staff = await sessions.staff(request)
        if staff is not None:
            await require_form_token(request, staff)
        await sessions.end(request, answer)
    except ServiceAway:
        sessions.forget(answer)
    return answer
