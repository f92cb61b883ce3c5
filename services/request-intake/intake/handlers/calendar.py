"""The working-day calendar: seeding it, importing a year, telling others, and recounting what that touches."""

from dataclasses import dataclass
from datetime import date, datetime

from intake.domain.request import recount
from intake.handlers.desk import Desk
from shared.calendar import CalendarDay, package_days, package_years
from shared.events import Event
from shared.problems import StaleVersion
from shared.rules import DomainError

PACKAGE = "chinesecalendar"
SUBJECT = "working-days"


class DayOutsideYear(DomainError):
    """{day} 不在 {year} 年。"""

    status = 422


class DayNamedTwice(DomainError):
    """{day} 出现了两次。"""

    status = 422


class AdjustedDayOnWeekday(DomainError):
    """{day} 不是周末，无须调休上班。"""

    status = 422


@dataclass(frozen=True, slots=True)
class ImportYear:
    """The notice of one year (国务院办公厅节假日安排的通知), replacing what was held for it."""

    year: int
    days: tuple[CalendarDay, ...]
    source: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    number: str
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """The calendar's version after an import, and which deadlines it moved or settled."""

    version: int
    moved: tuple[MovedDeadline, ...]


def check_year(command: ImportYear) -> None:
    """Refuse a notice that cannot be right. Raises DomainError."""
    seen: set[date] = set()
    for day in command.days:
        if day.date.year != command.year:
            raise DayOutsideYear(day=day.date, year=command.year)
        if day.date in seen:
            raise DayNamedTwice(day=day.date)
        if day.working and day.date.weekday() < 5:
            raise AdjustedDayOnWeekday(day=day.date)
        seen.add(day.date)


async def import_year(command: ImportYear, version: int, desk: Desk) -> CalendarChange:
    """Replace a year and recount every open deadline; importing the same again changes nothing.

    Raises:
        StaleVersion: someone imported in the meantime.
        DomainError: see `check_year`.
    """
    check_year(command)
    calendar = await desk.calendars.lock()
    if calendar.version != version:
        raise StaleVersion(f"日历当前版本为 {calendar.version}")
    if command.year in calendar.gazetted and set(command.days) == set(calendar.of_year(command.year)):
        return CalendarChange(calendar.version, ())
    await desk.calendars.put_year(command.year, command.days, command.source, command.by)
    return await _take_effect(desk, command.at, command.by)


async def seed_calendar(desk: Desk, at: datetime) -> CalendarChange:
    """Bring in the package's years we hold nothing for; what was imported by hand stays."""
    calendar = await desk.calendars.lock()
    missing = sorted(package_years() - calendar.gazetted)
    for year in missing:
        days = [day for day in package_days() if day.date.year == year]
        await desk.calendars.put_year(year, days, PACKAGE, PACKAGE)
    if not missing:
        return CalendarChange(calendar.version, ())
    return await _take_effect(desk, at, PACKAGE)


async def _take_effect(desk: Desk, at: datetime, by: str) -> CalendarChange:
    """Announce the calendar as it now is, and recount every deadline it may move."""
    calendar = await desk.calendars.current()
    await desk.outbox.add(Event("calendar.changed", SUBJECT, calendar.version, calendar.state(), actor=by))
    moved = []
    for request in await desk.requests.owed():
        result = recount(request, calendar, at, by)
        if result is not None:
            changed, event = result
            await desk.requests.save(changed)
            await desk.outbox.add(event)
            moved.append(MovedDeadline(request.number, request.due_on, changed.due_on))
    return CalendarChange(calendar.version, tuple(moved))
