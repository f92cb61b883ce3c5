"""Renders templates with what every page needs: assets, preferences, who is signed in, words for codes."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from portal import hearing, sanitising, translations, wording
from portal.assets import Assets
from portal.languages import CHINESE, ENGLISH, NAMES, has_choice, in_language, is_english, language, state_language
from portal.preferences import Preferences
from portal.sessions import Staff
from shared.kinds import KIND_LABELS
from shared.roles import ROLE_LABELS, Role
from shared.validity import VALIDITY_LABELS

PACKAGE = Path(__file__).parent


def query(params: dict[str, Any], **changes: Any) -> str:
    """`?a=b` of these parameters with some changed; empty ones are left out, a list is the parameter repeated."""
    kept = {key: value for key, value in (params | changes).items() if value not in (None, "", [])}
    return f"?{urlencode(kept, doseq=True)}" if kept else "?"


def link(href: str, text: str) -> Markup:
    """A link to stand inside a sentence."""
    return Markup('<a href="{}">{}</a>').format(href, text)


def role_label(code: str) -> str:
    return ROLE_LABELS[Role(code)] if code in set(Role) else code


def environment() -> Environment:
    """Templates and components, autoescaped; a name that is not given is an error, not a blank."""
    env = Environment(
        loader=FileSystemLoader([PACKAGE / "templates", PACKAGE / "ui"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translations.gettext, translations.ngettext, newstyle=True
    )
    filters = {
        "day": wording.day,
        "moment": wording.moment,
        "told": wording.told,
        "planned": wording.planned,
        "iso": wording.iso,
        "kind": wording.kind_word,
        "calendar_day": wording.calendar_day,
        "zh": translations.zh,
        "heard": hearing.heard,
        "spoken": hearing.spoken,
        "status": wording.status_of,
        "action": wording.action_label,
        "size": wording.file_size,
        "number": wording.number,
        "role": role_label,
        "highlight": sanitising.highlight,
        "without_opening": sanitising.without_opening,
    }
    env.filters.update(filters)
    words = {"_n": translations._n, "lang_of": hearing.lang_of, "is_english": is_english, "link": link}
    env.globals.update(words, query=query, KINDS=KIND_LABELS, VALIDITIES=VALIDITY_LABELS, Role=Role)
    return env


def other_language(path: str, here: str) -> dict[str, str] | None:
    """The way to this page in the other language; None where there is only one."""
    if not has_choice(path):
        return None
    other = CHINESE if is_english() else ENGLISH
    return {"code": other, "name": NAMES[other], "href": in_language(here, other)}


def alternates(request: Request, here: str) -> list[tuple[str, str]]:
    """Where search engines find this page in each language."""
    if request.method != "GET" or not has_choice(request.url.path):
        return []
    address = request.app.state.public_url + here
    return [(code, in_language(address, code)) for code in NAMES] + [("x-default", address)]


class Pages:
    """All HTML of the portal comes from here."""

    def __init__(self, assets: Assets) -> None:
        self._env = environment()
        translations.english()  # read at start, so that a broken catalogue is noticed then
        self._assets = assets

    @property
    def env(self) -> Environment:
        return self._env

    def render(self, request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """One page. `errors` in the context marks the title, as screen readers read that first."""
        staff: Staff | None = getattr(request.state, "staff", None)
        path = request.url.path
        here = path + (f"?{request.url.query}" if request.url.query else "")
        shown = {
            "assets": self._assets,
            "preferences": Preferences.of(request),
            "staff": staff,
            "path": path,
            "here": here,
            "language": language(),
            "other": other_language(path, here),
            "alternates": alternates(request, here) if status == 200 else [],
            "today": wording.today(),
            "errors": {},
        } | context
        page = HTMLResponse(self._env.get_template(template).render(shown), status)
        state_language(page.headers, language())
        return page


def pages_of(request: Request) -> Pages:
    """Dependency: the renderer."""
    pages: Pages = request.app.state.pages
    return pages
