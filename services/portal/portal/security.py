"""What every answer and every change must carry: strict headers, and proof that a form came from this site."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.languages import language
from portal.translations import _

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
REFUSAL = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title} - {site}</title>
</head><body><main><h1>{title}</h1><p>{why}</p><p><a href="/">{home}</a></p></main></body></html>"""


def refusal(title: str, why: str) -> str:
    """The page of a change that was refused, without anything the application would have to make."""
    return REFUSAL.format(language=language(), site=_("阳光政务公开"), title=title, why=why, home=_("返回首页"))


class SecurityHeaders:
    """Adds the headers of this site to each answer, and HSTS where the site is served over TLS."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self._app(scope, receive, sending)


class SameOrigin:
    """Refuses a change that another site, or nobody we can tell, asked the browser to make."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public = urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        why = _("这次提交不是从本站页面发出的，为保护您的安全，系统没有执行。请回到本站页面重新提交。")
        await HTMLResponse(refusal(_("请求被拒绝"), why), 403)(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin") or headers.get("referer") or ""
        return urlsplit(origin).netloc in {self._public, headers.get("host")} - {"", None}
