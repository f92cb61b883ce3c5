"""Renders templates with what every page needs: assets, preferences, who is signed in, words for codes."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal import sanitising, wording
from portal.assets import Assets
from portal.preferences import Preferences
from portal.sessions import Staff
from shared.kinds import KIND_LABELS, kind_label
from shared.roles import ROLE_LABELS, Role
from shared.validity import VALIDITY_LABELS

PACKAGE = Path(__file__).parent


def query(params: dict[str, Any], **changes: Any) -> str:
    """`?a=b` of these parameters with some changed; empty ones are left out, a list is the parameter repeated."""
    kept = {key: value for key, value in (params | changes).items() if value not in (None, "", [])}
    return f"?{urlencode(kept, doseq=True)}" if kept else "?"


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
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    filters = {
        "day": wording.day,
        "moment": wording.moment,
        "planned": wording.planned,
        "iso": wording.iso,
        "kind": kind_label,
        "status": wording.status_of,
        "action": wording.action_label,
        "size": wording.file_size,
        "number": wording.number,
        "role": role_label,
        "highlight": sanitising.highlight,
    }
    env.filters.update(filters)
    env.globals.update(query=query, KINDS=KIND_LABELS, VALIDITIES=VALIDITY_LABELS, Role=Role)
    return env


class Pages:
    """All HTML of the portal comes from here."""

    def __init__(self, assets: Assets) -> None:
        self._env = environment()
        self._assets = assets

    @property
    def env(self) -> Environment:
        return self._env

    def render(self, request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """One page. `errors` in the context marks the title, as screen readers read that first."""
        staff: Staff | None = getattr(request.state, "staff", None)
        path = request.url.path
        shown = {
            "assets": self._assets,
            "preferences": Preferences.of(request),
            "staff": staff,
            "path": path,
            "here": path + (f"?{request.url.query}" if request.url.query else ""),
            "today": wording.today(),
            "errors": {},
        } | context
        page = self._env.get_template(template).render(shown)
        return HTMLResponse(page, status)


def pages_of(request: Request) -> Pages:
    """Dependency: the renderer."""
    pages: Pages = request.app.state.pages
    return pages
