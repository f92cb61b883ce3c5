"""Supervision as far as the public may see it: counts, each with its word."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.services import Services
from portal.clients.supervision import DepartmentFigures
from portal.pages import Pages, pages_of
from portal.reach import services_of
from portal.translations import N_, _, zh
from portal.wording import STATUSES

router = APIRouter()

REQUEST_WORDS = {
    "open": N_("办理中"),
    "overdue": N_("超期未答复"),
    "met": N_("按期答复"),
    "met_late": N_("超期后答复"),
    "waived": N_("不再办理"),
}


@router.get("/supervision")
async def supervision(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    summary = await services.supervision.summary()
    return pages.render(
        request,
        "public/supervision.html",
        summary=summary,
        obligations=count_rows(summary.obligations, {}),
        columns=count_rows(summary.columns, {}),
        requests=count_rows(summary.requests, REQUEST_WORDS),
        departments=[department_row(figures) for figures in summary.departments],
    )


def department_row(figures: DepartmentFigures) -> dict[str, Any]:
    """One department's counts side by side."""
    duties, columns, requests = figures.obligations, figures.columns, figures.requests
    return {
        "name": zh(figures.name or figures.code),
        "met": duties.get("met", 0) + duties.get("met_late", 0),
        "overdue": duties.get("overdue", 0),
        "stale": columns.get("stale", 0),
        "blank": columns.get("blank", 0),
        "answered": requests.get("met", 0) + requests.get("met_late", 0),
        "late": requests.get("overdue", 0),
    }


def count_rows(counts: dict[str, int], words: dict[str, str]) -> list[dict[str, Any]]:
    """Counts with their words, in the order they came."""
    known = {code: status.word for code, status in STATUSES.items()} | words
    return [{"label": _(known.get(code, code)), "value": value} for code, value in counts.items()]
