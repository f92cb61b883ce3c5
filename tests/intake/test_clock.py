"""The statutory clock against the vectors of rules.md B6 and against properties no ledger may break."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.clock import (
    BeforeTheRegulation,
    ClockEvent,
    ClockKind,
    Ledger,
    deadline,
    rules_for,
)
from shared.calendar import CalendarDay, WorkCalendar, package_days, package_years

CALENDAR = WorkCalendar.from_package()
CONSULTATION = 15


def start(on: date, reason: str = "收到") -> ClockEvent:
    return ClockEvent(ClockKind.START, on, reason=reason)


def pause(on: date, days: int = CONSULTATION) -> ClockEvent:
    return ClockEvent(ClockKind.PAUSE, on, days, "征求意见")


def resume(on: date) -> ClockEvent:
    return ClockEvent(ClockKind.RESUME, on)


def extend(on: date, days: int) -> ClockEvent:
    return ClockEvent(ClockKind.EXTEND, on, days, "负责人同意")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2025-01-20", "2025-02-21"),
        ("2025-09-15", "2025-10-17"),
        ("2026-01-30", "2026-03-05"),
        ("2026-02-14", "2026-03-20"),
        ("2026-02-16", "2026-03-20"),
        ("2026-09-18", "2026-10-22"),
    ],
)
def test_a_reply_is_due_after_twenty_working_days(received: str, due: str) -> None:
    found = deadline((start(date.fromisoformat(received)),), CALENDAR)
    assert (found.due_on, found.provisional) == (date.fromisoformat(due), False)


@pytest.mark.parametrize(
    ("received", "extended"),
    [
        ("2025-01-20", "2025-03-21"),
        ("2025-09-15", "2025-11-14"),
        ("2026-01-30", "2026-04-02"),
        ("2026-02-14", "2026-04-20"),
        ("2026-02-16", "2026-04-20"),
        ("2026-09-18", "2026-11-19"),
    ],
)
def test_a_full_extension_makes_it_forty(received: str, extended: str) -> None:
    day = date.fromisoformat(received)
    found = deadline((start(day), extend(day + timedelta(days=3), 20)), CALENDAR)
    assert found.due_on == date.fromisoformat(extended)
    assert any("延长20个工作日" in note for note in found.basis)


@pytest.mark.parametrize(
    ("received", "version", "reply", "extension"),
    [
        ("2008-05-01", "2008", 15, 15),
        ("2019-05-14", "2008", 15, 15),
        ("2019-05-15", "2019", 20, 20),
        ("2026-11-23", "2019", 20, 20),
    ],
)
def test_the_law_of_the_day_of_receipt_governs(received: str, version: str, reply: int, extension: int) -> None:
    rules = rules_for(date.fromisoformat(received))
    assert (rules.version, rules.reply, rules.extension) == (version, reply, extension)


def test_a_request_received_under_the_old_law_keeps_its_fifteen_days() -> None:
    old = deadline((start(date(2019, 5, 14)),), CALENDAR)
    new = deadline((start(date(2019, 5, 15)),), CALENDAR)
    assert (old.due_on, new.due_on) == (date(2019, 6, 4), date(2019, 6, 13))
    assert "2008年" in old.basis[0]


def test_before_the_regulation_there_was_no_term() -> None:
    with pytest.raises(BeforeTheRegulation, match="2008-05-01"):
        rules_for(date(2008, 4, 30))


@pytest.mark.parametrize(("received", "provisional"), [("2026-12-03", False), ("2026-12-04", True)])
def test_december_receipts_run_into_a_year_not_yet_gazetted(received: str, provisional: bool) -> None:
    found = deadline((start(date.fromisoformat(received)),), CALENDAR)
    assert found.provisional is provisional


def test_a_provisional_deadline_settles_when_the_notice_comes() -> None:
    ledger = (start(date(2026, 12, 28)),)
    holidays = [CalendarDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)]
    announced = WorkCalendar.of(2, package_years() | {2027}, (*package_days(), *holidays))
    before, after = deadline(ledger, CALENDAR), deadline(ledger, announced)
    assert (before.due_on, before.provisional) == (date(2027, 1, 25), True)
    assert (after.due_on, after.provisional) == (date(2027, 1, 26), False)
    assert "尚未公布" in next(day.reason for day in before.days if day.date == date(2027, 1, 1))


def test_an_unconfirmed_internet_filing_counts_provisionally_from_its_submission() -> None:
    filed = ClockEvent(ClockKind.FILED, date(2025, 9, 15), reason="提交之日")
    confirmed = (filed, start(date(2025, 9, 17)))
    before, after = deadline((filed,), CALENDAR), deadline(confirmed, CALENDAR)
    assert (before.due_on, before.provisional) == (date(2025, 10, 17), True)
    assert (after.due_on, after.provisional) == (date(2025, 10, 21), False)
    assert before.days[0].reason == "提交之日"


def test_the_days_of_a_consultation_are_not_counted() -> None:
    ledger = (start(date(2025, 9, 15)), pause(date(2025, 9, 16)), resume(date(2025, 9, 18)))
    found = deadline(ledger, CALENDAR)
    assert found.due_on == date(2025, 10, 21)
    assert [day.date.day for day in found.days if day.reason == "征求意见"] == [17, 18]


def test_a_consultation_under_way_is_assumed_to_take_all_its_fifteen_days() -> None:
    open_end = deadline((start(date(2025, 9, 15)), pause(date(2025, 9, 16))), CALENDAR)
    silent = deadline((start(date(2025, 9, 15)), pause(date(2025, 9, 16)), resume(date(2025, 12, 1))), CALENDAR)
    assert open_end.provisional
    assert not silent.provisional
    assert open_end.due_on == silent.due_on == date(2025, 11, 7)


def test_while_a_correction_is_awaited_nothing_is_due() -> None:
    waiting = deadline((start(date(2025, 9, 15)), pause(date(2025, 9, 17), 0)), CALENDAR)
    assert waiting.due_on is None
    assert [day.date.day for day in waiting.days] == [15, 17]


def test_a_correction_starts_the_whole_term_anew() -> None:
    restart = ClockEvent(ClockKind.RESTART, date(2025, 9, 28), reason="收到补正")
    ledger = (start(date(2025, 9, 15)), pause(date(2025, 9, 17), 0), restart)
    fresh = deadline((start(date(2025, 9, 28)),), CALENDAR)
    found = deadline(ledger, CALENDAR)
    assert found.due_on == fresh.due_on
    assert (found.days[0].date, found.days[0].reason) == (date(2025, 9, 28), "收到补正")


receipts = st.dates(date(2008, 5, 1), date(2027, 6, 30))


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Any lawful course: consultations in turn, perhaps a correction, at most one extension."""
    received = draw(receipts)
    day, events = received, [start(received)]
    for _ in range(draw(st.integers(0, 3))):
        day += timedelta(days=draw(st.integers(0, 10)))
        events.append(pause(day))
        day += timedelta(days=draw(st.integers(0, 40)))
        events.append(resume(day))
    if draw(st.booleans()):
        events.append(extend(day, draw(st.integers(1, rules_for(received).extension))))
    return tuple(events)


def oracle(ledger: Ledger) -> date:
    """Counts down from the term a day at a time, with its own idea of a working day."""
    listed = {entry.date: entry.working for entry in package_days()}
    term = 20 if ledger[0].on >= date(2019, 5, 15) else 15
    term += sum(event.days for event in ledger if event.kind == "extend")
    paused: set[date] = set()
    for first, second in pairwise(ledger):
        if first.kind == "pause":
            day, worked = first.on, 0
            while day < second.on and worked < first.days:
                day += timedelta(days=1)
                worked += listed.get(day, day.weekday() < 5)
                paused.add(day)
    day = ledger[0].on
    while term:
        day += timedelta(days=1)
        term -= day not in paused and listed.get(day, day.weekday() < 5)
    return day


@given(ledger=ledgers())
def test_an_independently_written_oracle_agrees(ledger: Ledger) -> None:
    assert deadline(ledger, CALENDAR).due_on == oracle(ledger)


@given(ledger=ledgers())
def test_a_reply_is_never_due_on_a_day_of_rest(ledger: Ledger) -> None:
    found = deadline(ledger, CALENDAR)
    assert found.due_on is not None
    assert CALENDAR.is_working_day(found.due_on)
    assert found.days[-1].counted


@given(ledger=ledgers())
def test_pauses_and_extensions_never_shorten_the_term(ledger: Ledger) -> None:
    plain = deadline(ledger[:1], CALENDAR).due_on
    found = deadline(ledger, CALENDAR).due_on
    assert plain is not None
    assert found is not None
    assert found >= plain


@given(received=receipts, later=st.integers(1, 60))
def test_a_later_receipt_is_never_due_earlier_under_the_same_law(received: date, later: int) -> None:
    second = received + timedelta(days=later)
    first_due = deadline((start(received),), CALENDAR).due_on
    second_due = deadline((start(second),), CALENDAR).due_on
    assert first_due is not None
    assert second_due is not None
    assert second_due >= first_due


@given(ledger=ledgers())
def test_no_consultation_takes_more_than_fifteen_working_days_of_the_applicant(ledger: Ledger) -> None:
    found = deadline(ledger, CALENDAR)
    consultations = sum(event.kind is ClockKind.PAUSE for event in ledger)
    stopped = [day for day in found.days if day.reason == "征求意见"]
    assert sum(bool(CALENDAR.is_working_day(day.date)) for day in stopped) <= CONSULTATION * consultations
