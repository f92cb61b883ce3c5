"""The staff's desk: lists without applicant data, the audited case file, and the acts."""

from datetime import date
from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from intake.api.answers import ActAnswer, CaseAnswer, RequestPage, act_answer, case_answer, request_page
from intake.api.forms import ActForm, ChineseRoute
from intake.api.public import Desks, Number
from intake.domain.office import Reading
from intake.domain.request import Actor, day_in_china
from intake.domain.states import Action, Part, Status
from intake.handlers.handling import Act, act, find, open_case
from intake.store.requests import Selection, page
from shared.auth import Principal, principal
from shared.calendar import count_working_days
from shared.events import now
from shared.problems import Invalid
from shared.roles import EVERY_DEPARTMENT, Role
from shared.web import decode_cursor, etag, expected_version

OFFICES = {Role.REGISTRAR: Part.REGISTRAR, Role.HANDLER: Part.HANDLER, Role.APPROVER: Part.APPROVER}
READERS = (*OFFICES, Role.CHIEF)
SOON_WORKING_DAYS = 5
PURPOSE_LENGTH = range(2, 201)


def _actor(who: Principal, department: str) -> Actor:
    who.require(*OFFICES, department=department)
    parts = {part for role, part in OFFICES.items() if who.may(role, department)}
    return Actor(who.subject, frozenset(parts))


def _departments(who: Principal) -> frozenset[str] | None:
    who.require(*READERS)
    held = frozenset().union(*(who.departments(role) for role in READERS))
    return None if EVERY_DEPARTMENT in held else held


def _purpose(
    query: Annotated[str | None, Query(alias="purpose")] = None,
    header: Annotated[str | None, Header(alias="Purpose")] = None,
) -> str:
    """Why the file is opened; Chinese in the header is percent-encoded."""
    purpose = (query or unquote(header or "")).strip()
    if len(purpose) not in PURPOSE_LENGTH or not purpose.isprintable():
        raise Invalid("查看申请人信息须写明用途（2至200字），查看会被记录", field="purpose")
    return purpose


def _before(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error


def list_router(desks: Desks, engine: AsyncEngine) -> APIRouter:
    router = APIRouter(prefix="/api/requests", tags=["handling"], route_class=ChineseRoute)

    @router.get("")
    async def listed(
        state: Status | None = None,
        overdue: bool | None = None,
        due_soon: bool | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        who: Principal = Depends(principal),
    ) -> RequestPage:
        """Newest first; overdue and due soon (five working days) are as of today."""
        departments, before, today = _departments(who), _before(cursor), day_in_china(now())
        async with desks() as desk:
            calendar = await desk.calendars.current()
        soon: date = count_working_days(calendar, today, SOON_WORKING_DAYS).due_on
        chosen = Selection(departments, today, soon, state, overdue, due_soon, before, limit)
        async with engine.connect() as connection:
            return request_page([dict(row) for row in await page(connection, chosen)], limit)

    return router


def handling_router(desks: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/requests", tags=["handling"], route_class=ChineseRoute)

    @router.get("/{number}/case")
    async def case(
        number: Number,
        response: Response,
        purpose: str = Depends(_purpose),
        who: Principal = Depends(principal),
    ) -> CaseAnswer:
        """The whole file. The reading is recorded with who, when and what for."""
        async with desks() as desk:
            calendar = await desk.calendars.current()
            request = await find(number, desk)
            _actor(who, request.department)
            reading = Reading(who.subject, who.name, purpose, now())
            opened = await open_case(request, reading, desk)
        counted = request.deadline(calendar)
        etag(response, request.version)
        response.headers["Cache-Control"] = "no-store"
        return case_answer(opened, counted.basis, counted.days)

    @router.post("/{number}/{action}")
    async def acted(
        number: Number,
        action: Annotated[Action, Path()],
        response: Response,
        form: ActForm | None = None,
        version: int = Depends(expected_version),
        who: Principal = Depends(principal),
    ) -> ActAnswer:
        """Do one act; the answer says what can be done next."""
        given = form or ActForm()
        async with desks() as desk:
            await desk.calendars.current()
            actor = _actor(who, (await find(number, desk)).department)
            command = Act(number, version, action, now(), given.on, given.days, given.text, given.outcome)
            changed = await act(command, actor, desk)
        etag(response, changed.version)
        return act_answer(changed)

    return router
