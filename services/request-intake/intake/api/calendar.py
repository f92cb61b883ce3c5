"""The working-day calendar over HTTP, and the deadline of any term, explained."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from intake.api.answers import Day as DayAnswer
from intake.api.answers import days
from intake.api.forms import ChineseRoute, Day, NamedDay, YearForm
from intake.api.public import Desks
from intake.domain.clock import rules_for
from intake.handlers.calendar import ImportYear, import_year
from shared.auth import Principal, principal
from shared.calendar import CalendarDay, Pause, count_working_days
from shared.events import now
from shared.problems import Invalid
from shared.roles import Role
from shared.web import etag, expected_version

Year = Annotated[int, Path(ge=2004, le=2099)]
LONGEST_PAUSE_DAYS = 366


class YearAnswer(BaseModel):
    """A year of the calendar; without a notice (`gazetted` false) only weekdays decide."""

    year: int
    gazetted: bool
    version: int
    source: str
    holidays: list[NamedDay]
    working_days: list[NamedDay]


class MovedAnswer(BaseModel):
    number: str
    before: date | None
    after: date | None


class ImportAnswer(BaseModel):
    """The calendar's version after the import, and the requests whose deadline it moved or settled."""

    version: int
    changed: list[MovedAnswer]


class DeadlineAnswer(BaseModel):
    due_on: date
    provisional: bool
    days: list[DayAnswer]


def _pause(text: str) -> Pause:
    start, _, end = text.partition(":")
    try:
        pause = Pause(date.fromisoformat(start), date.fromisoformat(end))
    except ValueError as error:
        raise Invalid("中止期间应写作 2026-01-05:2026-01-20", field="pause") from error
    if not 2004 <= pause.start.year <= pause.end.year <= 2099 or pause.end < pause.start:
        raise Invalid("中止期间的结束日不能早于开始日，年份限于2004至2099", field="pause")
    if (pause.end - pause.start).days > LONGEST_PAUSE_DAYS:
        raise Invalid("一次中止最长一年", field="pause")
    return pause


def _named(listed: tuple[CalendarDay, ...], working: bool) -> list[NamedDay]:
    return [NamedDay(date=day.date, name=day.name) for day in listed if day.working is working]


def deadline_router(desks: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/deadline", tags=["calendar"], route_class=ChineseRoute)

    @router.get("")
    async def deadline(
        received: Day,
        term: Annotated[int | None, Query(ge=1, le=400)] = None,
        pause: Annotated[list[str] | None, Query(max_length=20)] = None,
    ) -> DeadlineAnswer:
        """The last day of a term of working days (the statutory one when none is given), day by day."""
        pauses = [_pause(text) for text in pause or []]
        wanted = term or rules_for(received).reply
        async with desks() as desk:
            calendar = await desk.calendars.current()
        due = count_working_days(calendar, received, wanted, pauses)
        return DeadlineAnswer(due_on=due.due_on, provisional=due.provisional, days=days(due.days))

    return router


def calendar_router(desks: Desks) -> APIRouter:
    router = APIRouter(prefix="/api/calendar", tags=["calendar"], route_class=ChineseRoute)

    @router.get("/{year}")
    async def show(year: Year, response: Response) -> YearAnswer:
        async with desks() as desk:
            calendar = await desk.calendars.current()
            source = await desk.calendars.source(year)
        etag(response, calendar.version)
        named = calendar.of_year(year)
        return YearAnswer(
            year=year,
            gazetted=year in calendar.gazetted,
            version=calendar.version,
            source=source,
            holidays=_named(named, working=False),
            working_days=_named(named, working=True),
        )

    @router.put("/{year}")
    async def change(
        year: Year,
        form: YearForm,
        response: Response,
        version: int = Depends(expected_version),
        who: Principal = Depends(principal),
    ) -> ImportAnswer:
        """Import a year's notice and recount open deadlines; `If-Match` is the calendar's version."""
        who.require(Role.REGISTRAR)
        named = [(day, False) for day in form.holidays] + [(day, True) for day in form.working_days]
        listed = tuple(CalendarDay(day.date, working, day.name) for day, working in named)
        command = ImportYear(year, listed, form.source, who.subject, now())
        async with desks() as desk:
            result = await import_year(command, version, desk)
        etag(response, result.version)
        moved = [MovedAnswer.model_validate(item, from_attributes=True) for item in result.moved]
        return ImportAnswer(version=result.version, changed=moved)

    return router
