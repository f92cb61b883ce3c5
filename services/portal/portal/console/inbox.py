"""The first page after signing in: what waits for me, and where my work is."""

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from portal.clients.intake import RequestRow
from portal.clients.publishing import Draft
from portal.clients.services import Services
from portal.clients.transport import Page
from portal.console.frame import DESK, WRITERS, page, sections_for
from portal.reach import services_of
from portal.refusals import Refused, ServiceAway
from portal.sessions import Staff, signed_in
from shared.roles import Role

router = APIRouter()


@router.get("")
async def inbox(
    request: Request, staff: Staff = Depends(signed_in), services: Services = Depends(services_of)
) -> HTMLResponse:
    documents, scheduled, requests, unregistered = await asyncio.gather(
        _documents(services, staff), _scheduled(services, staff), _requests(services, staff), _new(services, staff)
    )
    return page(
        request,
        staff,
        "console/inbox.html",
        documents=documents,
        scheduled=scheduled,
        requests=requests,
        unregistered=unregistered,
        cards=[
            {"href": section.href, "title": section.name, "text": section.about} for section in sections_for(staff)[1:]
        ],
    )


async def _documents(services: Services, staff: Staff) -> list[Draft] | None:
    """None when it is not this person's work, or cannot be asked now."""
    if not staff.may(*WRITERS):
        return None
    try:
        return (await services.publishing.queue(staff.token)).items[:5]
    except (ServiceAway, Refused):
        return None


async def _scheduled(services: Services, staff: Staff) -> list[Draft]:
    """The next planned publications; none when they are not this person's work, or cannot be asked now."""
    if not staff.may(*WRITERS, Role.CHIEF):
        return []
    try:
        return (await services.publishing.scheduled(staff.token, limit=5)).items
    except (ServiceAway, Refused):
        return []


async def _requests(services: Services, staff: Staff) -> list[RequestRow] | None:
    if not staff.may(*DESK):
        return None
    try:
        late, soon = await asyncio.gather(
            services.intake.requests(staff.token, overdue=True),
            services.intake.requests(staff.token, due_soon=True),
        )
    except (ServiceAway, Refused):
        return None
    both: list[Page[RequestRow]] = [late, soon]
    return list({row.number: row for found in both for row in found.items}.values())[:5]


async def _new(services: Services, staff: Staff) -> list[RequestRow]:
    """Requests that wait to be registered: their term may run already."""
    if not staff.may(Role.REGISTRAR):
        return []
    try:
        return (await services.intake.requests(staff.token, state="submitted")).items
    except (ServiceAway, Refused):
        return []
