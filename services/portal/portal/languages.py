"""Which language a page is in: Chinese, unless the reader chose English or their browser knows English and no Chinese.

The choice is in the address (`?lang=en`), else in a cookie, else with the browser. A page never sees `lang`: it is
taken out of the address first, so that no search, alert or way back carries it along.
"""

from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CHINESE, ENGLISH = "zh-CN", "en"
NAMES = {CHINESE: "中文", ENGLISH: "English"}
WRITTEN = {"zh": CHINESE, "zh-cn": CHINESE, "en": ENGLISH}
PARAMETER, COOKIE, YEAR = "lang", "sunlight_language", 365 * 24 * 3600
ONLY_CHINESE = ("/console", "/styleguide")  # for staff and makers of the site
VARIES = "Accept-Language, Cookie"

_LANGUAGE: ContextVar[str] = ContextVar("language", default=CHINESE)


def language() -> str:
    """The language of the page that is being made."""
    return _LANGUAGE.get()


def is_english() -> bool:
    return language() == ENGLISH


def speak(wanted: str) -> None:
    """Make what follows in this language."""
    _LANGUAGE.set(wanted)


def has_choice(path: str) -> bool:
    """Whether this page exists in both languages."""
    return not any(path == only or path.startswith(f"{only}/") for only in ONLY_CHINESE)


def preferred(accepted: str) -> str:
    """What a browser's Accept-Language decides: English only when it names English and no Chinese."""
    named = set()
    for each in accepted.lower().split(","):
        name, _, quality = each.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0"):
            named.add(name.strip().partition("-")[0])
    return ENGLISH if "en" in named and "zh" not in named else CHINESE


def in_language(address: str, wanted: str) -> str:
    """The same address in a language."""
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={wanted}"


def state_language(headers: MutableHeaders, said: str) -> None:
    """Tell caches what an answer is written in, and by what that was chosen."""
    headers["Content-Language"] = said
    headers.add_vary_header(VARIES)


def _asked(scope: Scope) -> str:
    """Take `lang` out of the address; the language it names, if any."""
    asked, kept = "", []
    for part in scope["query_string"].split(b"&"):
        name, _, value = part.partition(b"=")
        if name == PARAMETER.encode():
            asked = WRITTEN.get(value.decode("latin-1").lower(), asked)
        else:
            kept.append(part)
    scope["query_string"] = b"&".join(kept)
    return asked


def _remembered(headers: Headers) -> str:
    try:
        kept = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return WRITTEN.get(kept.value.lower(), "") if kept else ""


class Languages:
    """Settles the language of each request, and remembers one that was asked for."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._attributes = f"; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=lax{'; Secure' if secure else ''}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, headers = _asked(scope), Headers(scope=scope)
        remembered = _remembered(headers)
        chosen = asked or remembered or preferred(headers.get("accept-language", ""))
        speak(chosen if has_choice(scope["path"]) else CHINESE)
        await self._app(scope, receive, self._remembering(send, asked) if asked not in ("", remembered) else send)

    def _remembering(self, send: Send, asked: str) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", f"{COOKIE}={asked}{self._attributes}")
            await send(message)

        return sending
