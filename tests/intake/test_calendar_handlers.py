"""Importing and seeding the calendar over the desk in memory."""

from datetime import date

import pytest

from intake.domain.office import Department
from intake.domain.states import Action
from intake.handlers.calendar import (
    AdjustedDayOnWeekday,
    DayNamedTwice,
    DayOutsideYear,
    ImportYear,
    import_year,
    seed_calendar,
)
from intake.handlers.filing import take_in
from intake.handlers.handling import find
from shared.calendar import CalendarDay, WorkCalendar
from shared.events import CalendarState
from shared.problems import StaleVersion
from tests.intake.fakes import FakeOutbox, fake_desk
from tests.intake.sample import APPROVER, HANDLER, MONDAY, REGISTRAR, noon
from tests.intake.test_handlers import AT, go, letter, ready, told, web

HOLIDAYS_2027 = tuple(CalendarDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3))


def notice(*days: CalendarDay, year: int = 2027) -> ImportYear:
    return ImportYear(year, days or HOLIDAYS_2027, "国办通知", "reg", noon(date(2026, 12, 30)))


async def test_importing_the_next_year_moves_open_deadlines_once_and_tells_which() -> None:
    desk = await ready()
    moved = await take_in(letter(date(2026, 12, 28), date(2026, 12, 28)), desk)
    steady = await take_in(letter(date(2026, 3, 2), date(2026, 12, 28)), desk)
    version = (await desk.calendars.current()).version
    change = await import_year(notice(), version, desk)
    assert [(one.number, one.before, one.after) for one in change.moved] == [
        (moved.number, date(2027, 1, 25), date(2027, 1, 26))
    ]
    recounted = await find(moved.number, desk)
    assert (recounted.due_provisional, recounted.version) == (False, 2)
    assert "2027-01-25调整为2027-01-26" in recounted.history[-1].what
    assert (await find(steady.number, desk)).version == 1
    assert told(desk)[-1] == "request.changed"


async def test_importing_the_same_notice_again_changes_nothing() -> None:
    desk = await ready()
    await take_in(letter(date(2026, 12, 28), date(2026, 12, 28)), desk)
    first = await import_year(notice(), (await desk.calendars.current()).version, desk)
    before = list(told(desk))
    again = await import_year(notice(), first.version, desk)
    assert (again.version, again.moved) == (first.version, ())
    assert told(desk) == before


async def test_seeding_and_an_import_announce_the_whole_calendar_once_each() -> None:
    desk = fake_desk()
    await seed_calendar(desk, AT)
    await seed_calendar(desk, AT)
    version = (await desk.calendars.current()).version
    assert (await import_year(notice(), version, desk)).version == version + 1
    await import_year(notice(), version + 1, desk)
    assert isinstance(desk.outbox, FakeOutbox)
    seeded, imported = desk.outbox.events
    assert [(one.type, one.sequence) for one in (seeded, imported)] == [
        ("calendar.changed", version),
        ("calendar.changed", version + 1),
    ]
    assert isinstance(imported.data, CalendarState)
    assert WorkCalendar.announced(version + 1, imported.data) == await desk.calendars.current()


async def test_a_closed_request_keeps_the_deadline_it_was_judged_by() -> None:
    desk = await ready()
    receipt = await take_in(web(date(2026, 12, 28)), desk)
    on = date(2026, 12, 28)
    for action, actor, details in [
        (Action.REGISTER, REGISTRAR, {}),
        (Action.ACCEPT, HANDLER, {}),
        (Action.DRAFT, HANDLER, {"text": "答复", "outcome": "R3.1"}),
        (Action.REPLY, HANDLER, {}),
        (Action.APPROVE, APPROVER, {}),
        (Action.SERVE, HANDLER, {}),
    ]:
        await go(desk, receipt, action, actor, on, **details)
    change = await import_year(notice(), (await desk.calendars.current()).version, desk)
    assert change.moved == ()


async def test_an_import_based_on_an_older_calendar_is_refused() -> None:
    desk = await ready()
    with pytest.raises(StaleVersion):
        await import_year(notice(), 0, desk)


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        ([CalendarDay(date(2026, 1, 1), False, "元旦")], DayOutsideYear),
        ([CalendarDay(date(2027, 1, 4), True, "元旦")], AdjustedDayOnWeekday),
        ([CalendarDay(date(2027, 1, 9), False, "元旦"), CalendarDay(date(2027, 1, 9), True, "元旦")], DayNamedTwice),
    ],
)
async def test_a_notice_that_cannot_be_right_is_refused(days: list[CalendarDay], refusal: type[Exception]) -> None:
    desk = await ready()
    version = (await desk.calendars.current()).version
    with pytest.raises(refusal):
        await import_year(notice(*days), version, desk)
    assert (await desk.calendars.current()).version == version


async def test_seeding_brings_the_packages_years_once_and_leaves_what_was_imported() -> None:
    desk = fake_desk()
    corrected = (CalendarDay(date(2026, 1, 1), False, "元旦"),)
    await desk.calendars.put_year(2026, corrected, "更正", "reg")
    first = await seed_calendar(desk, AT)
    calendar = await desk.calendars.current()
    assert calendar.gazetted == frozenset(range(2004, 2027))
    assert calendar.of_year(2026) == corrected
    assert (await seed_calendar(desk, AT)).version == first.version


async def test_a_request_filed_before_any_calendar_is_recounted_by_seeding() -> None:
    desk = fake_desk()
    await desk.departments.put(Department("audit", "审计局", "审计", True, 1))
    receipt = await take_in(letter(date(2025, 9, 15), MONDAY), desk)
    assert (receipt.due_on, receipt.due_provisional) == (date(2025, 10, 13), True)
    change = await seed_calendar(desk, AT)
    assert [(one.number, one.after) for one in change.moved] == [(receipt.number, date(2025, 10, 17))]
