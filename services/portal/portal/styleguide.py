"""`/styleguide`: every component with its examples, rendered by the macros the pages use."""

from dataclasses import dataclass
from typing import Any

import yaml
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from portal.assets import UI
from portal.pages import Pages, pages_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Example:
    title: str
    macro: str
    args: dict[str, Any]


@dataclass(frozen=True)
class Component:
    """A folder of `ui/`: its name, what it is for, and its examples."""

    name: str
    purpose: str
    examples: tuple[Example, ...]


def components() -> list[Component]:
    """Every component folder with examples, by name."""
    return [_component(path.parent.name, path.read_text()) for path in sorted(UI.glob("*/examples.yaml"))]


def _component(name: str, text: str) -> Component:
    described = yaml.safe_load(text)
    examples = tuple(Example(e["title"], e.get("macro", name), e.get("args", {})) for e in described["examples"])
    return Component(name, described["purpose"], examples)


def render_example(pages: Pages, component: Component, example: Example) -> Markup:
    """The component's HTML for these arguments."""
    module = pages.env.get_template(f"{component.name}/macro.html").module
    return Markup(getattr(module, example.macro)(**example.args))  # noqa: S704 - a template's own output


@router.get("/styleguide")
async def styleguide(request: Request, pages: Pages = Depends(pages_of)) -> HTMLResponse:
    shown = [
        (component, [(e.title, render_example(pages, component, e)) for e in component.examples])
        for component in components()
    ]
    return pages.render(request, "styleguide.html", components=shown)
