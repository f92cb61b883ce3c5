"""Every failure as a page that says what happened and what to do now."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from portal.clients.publishing import Tombstone
from portal.hearing import spoken
from portal.pages import pages_of
from portal.refusals import Gone, Refused, ServiceAway, SessionEnded
from portal.security import HEADERS
from portal.sessions import SignInNeeded
from portal.translations import N_, _

log = structlog.get_logger(__name__)


def _page(request: Request, status: int, title: str, detail: str = "", **context: str) -> Response:
    return pages_of(request).render(request, "error.html", status, code=status, title=title, detail=detail, **context)


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for this type
    if isinstance(error, Gone):
        return pages_of(request).render(
            request, "public/tombstone.html", 410, document=Tombstone.model_validate(error.document)
        )
    if isinstance(error, SessionEnded):
        return await sign_in_needed(request, error)
    if error.status == 404:
        return _page(request, 404, _("没有找到这个页面"), error.detail)
    if error.status == 422 and request.method == "GET":  # an id that can be none: "/items/zzz" leads nowhere
        return _page(request, 404, _("没有找到这个页面"))
    return _page(request, error.status, spoken(error.title), error.detail)


async def away(request: Request, error: Exception) -> Response:
    service = error.service if isinstance(error, ServiceAway) else N_("系统")
    log.warning("page.service_away", path=request.url.path, error=repr(error))
    answer = _page(request, 503, _("服务暂时不可用"), service=service)
    answer.headers["Retry-After"] = "10"
    return answer


async def sign_in_needed(request: Request, _ended: Exception) -> Response:
    if request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(back)}", 303)
    return _page(request, 401, _("登录已过期"), _("请在新窗口登录后，回到原页面再次提交；原页面上填写的内容还在。"))


async def unreadable(request: Request, _why: Exception) -> Response:
    return _page(request, 400, _("地址或表单有误"), _("请检查地址是否完整，或返回上一页重试。"))


async def plain_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    if error.status_code == 404:
        return _page(request, 404, _("没有找到这个页面"))
    return _page(request, error.status_code, _("请求有误"))


async def bug(request: Request, error: Exception) -> Response:
    log.error("page.bug", path=request.url.path, exc_info=error)
    answer = _page(request, 500, _("系统出了问题"), _("问题已被记录，不是您的操作造成的。请稍后再试。"))
    answer.headers.update(HEADERS)  # this answer is made outside of the middleware that adds them
    return answer


def install_error_pages(app: FastAPI) -> None:
    """Answer people with pages where services answer with problem+json."""
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(ServiceAway, away)
    app.add_exception_handler(ConnectionError, away)
    app.add_exception_handler(TimeoutError, away)
    app.add_exception_handler(SignInNeeded, sign_in_needed)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, plain_http)
    app.add_exception_handler(Exception, bug)
