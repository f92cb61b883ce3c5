"""Supervision as far as the public may see it: counts, each with its word."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.services import Services
from portal.pages import Pages, pages_of
from portal.reach import if_there, services_of
from portal.wording import STATUSES

router = APIRouter()

REQUEST_WORDS = {
    "received": "收到",
    "open": "办理中",
    "due_soon": "即将到期",
    "overdue": "超期未答复",
    "closed": "已办结",
    "served": "已答复",
}


@router.get("/supervision")
async def supervision(
    request: Request, pages: Pages = Depends(pages_of), services: Services = Depends(services_of)
) -> HTMLResponse:
    summary = await services.supervision.summary()
    coverage = await if_there(services.catalog.coverage("department"), [])
    return pages.render(
        request,
        "public/supervision.html",
        summary=summary,
        obligations=count_rows(summary.obligations, {}),
        columns=count_rows(summary.columns, {}),
        requests=count_rows(summary.requests, REQUEST_WORDS),
        documents=count_rows(summary.documents, {}),
        coverage=[row for row in coverage if row.due or row.fulfilled],
    )


def count_rows(counts: dict[str, int], words: dict[str, str]) -> list[dict[str, Any]]:
    """Counts with their words, in the order they came."""
    known = {code: status.word for code, status in STATUSES.items()} | words
    return [{"label": known.get(code, code), "value": value} for code, value in counts.items()]
