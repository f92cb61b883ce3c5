"""The working-day calendar against the vectors of the law's practice and an oracle of its own."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import (
    CalendarDay,
    Pause,
    WorkCalendar,
    count_working_days,
    package_days,
    package_years,
)

CALENDAR = WorkCalendar.from_package()

VECTORS = [
    ("2025-01-20", {7: "2025-02-05", 15: "2025-02-14", 20: "2025-02-21", 40: "2025-03-21"}),
    ("2025-09-15", {7: "2025-09-24", 15: "2025-10-11", 20: "2025-10-17", 40: "2025-11-14"}),
    ("2026-01-30", {7: "2026-02-10", 15: "2026-02-27", 20: "2026-03-05", 40: "2026-04-02"}),
    ("2026-02-14", {7: "2026-03-03", 15: "2026-03-13", 20: "2026-03-20", 40: "2026-04-20"}),
    ("2026-02-16", {7: "2026-03-03", 15: "2026-03-13", 20: "2026-03-20", 40: "2026-04-20"}),
    ("2026-09-18", {7: "2026-09-29", 15: "2026-10-15", 20: "2026-10-22", 40: "2026-11-19"}),
]
CASES = [(received, term, due) for received, terms in VECTORS for term, due in terms.items()]


def due(received: str, term: int) -> date:
    return count_working_days(CALENDAR, date.fromisoformat(received), term).due_on


@pytest.mark.parametrize(("received", "term", "expected"), CASES)
def test_a_term_ends_on_the_day_the_practice_says(received: str, term: int, expected: str) -> None:
    assert due(received, term) == date.fromisoformat(expected)


def test_every_day_of_the_term_across_the_national_holiday_is_explained() -> None:
    result = count_working_days(CALENDAR, date(2025, 9, 15), 20)
    assert [(day.date.isoformat(), day.counted, day.reason) for day in result.days] == [
        ("2025-09-16", True, "第1个工作日（星期二）"),
        ("2025-09-17", True, "第2个工作日（星期三）"),
        ("2025-09-18", True, "第3个工作日（星期四）"),
        ("2025-09-19", True, "第4个工作日（星期五）"),
        ("2025-09-20", False, "星期六休息"),
        ("2025-09-21", False, "星期日休息"),
        ("2025-09-22", True, "第5个工作日（星期一）"),
        ("2025-09-23", True, "第6个工作日（星期二）"),
        ("2025-09-24", True, "第7个工作日（星期三）"),
        ("2025-09-25", True, "第8个工作日（星期四）"),
        ("2025-09-26", True, "第9个工作日（星期五）"),
        ("2025-09-27", False, "星期六休息"),
        ("2025-09-28", True, "第10个工作日（星期日，国庆节调休上班）"),
        ("2025-09-29", True, "第11个工作日（星期一）"),
        ("2025-09-30", True, "第12个工作日（星期二）"),
        ("2025-10-01", False, "国庆节放假"),
        ("2025-10-02", False, "国庆节放假"),
        ("2025-10-03", False, "国庆节放假"),
        ("2025-10-04", False, "国庆节放假"),
        ("2025-10-05", False, "国庆节放假"),
        ("2025-10-06", False, "中秋节放假"),
        ("2025-10-07", False, "国庆节放假"),
        ("2025-10-08", False, "国庆节放假"),
        ("2025-10-09", True, "第13个工作日（星期四）"),
        ("2025-10-10", True, "第14个工作日（星期五）"),
        ("2025-10-11", True, "第15个工作日（星期六，国庆节调休上班）"),
        ("2025-10-12", False, "星期日休息"),
        ("2025-10-13", True, "第16个工作日（星期一）"),
        ("2025-10-14", True, "第17个工作日（星期二）"),
        ("2025-10-15", True, "第18个工作日（星期三）"),
        ("2025-10-16", True, "第19个工作日（星期四）"),
        ("2025-10-17", True, "第20个工作日（星期五）"),
    ]
    assert not result.provisional


def test_receipt_on_a_day_of_rest_is_not_off_by_one() -> None:
    assert due("2025-10-04", 20) == date(2025, 11, 4)


@pytest.mark.parametrize(("year", "expected"), [(2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_as_many_working_days_as_its_notice_leaves(year: int, expected: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    assert sum(bool(CALENDAR.is_working_day(day)) for day in days if day.year == year) == expected


@pytest.mark.parametrize(
    ("year", "worked"),
    [
        (2025, ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        (2026, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_the_weekends_worked_are_those_of_the_notice(year: int, worked: list[str]) -> None:
    assert sorted(f"{day:%m-%d}" for day in CALENDAR.adjusted if day.year == year) == worked


@pytest.mark.parametrize(
    ("term", "last"), [(7, "2026-12-22"), (15, "2026-12-10"), (20, "2026-12-03"), (40, "2026-11-05")]
)
def test_a_term_that_leaves_the_gazetted_years_is_provisional(term: int, last: str) -> None:
    day = date.fromisoformat(last)
    assert not count_working_days(CALENDAR, day, term).provisional
    following = count_working_days(CALENDAR, day + timedelta(days=1), term)
    assert following.provisional
    assert following.due_on == date(2027, 1, 1)  # a Friday: only the notice will make it New Year's Day


def test_a_day_beyond_the_notices_says_that_it_is_provisional() -> None:
    kind = CALENDAR.is_working_day(date(2027, 2, 8))
    assert kind
    assert kind.provisional
    assert kind.reason == "星期一（2027年放假安排尚未公布，暂按周一至周五计算）"
    assert not CALENDAR.is_working_day(date(2027, 2, 7))


def test_importing_the_next_year_moves_a_provisional_deadline() -> None:
    imported = WorkCalendar.of(
        2, package_years() | {2027}, (*package_days(), CalendarDay(date(2027, 1, 1), False, "元旦"))
    )
    before = count_working_days(CALENDAR, date(2026, 12, 4), 20)
    after = count_working_days(imported, date(2026, 12, 4), 20)
    assert (before.due_on, before.provisional) == (date(2027, 1, 1), True)
    assert (after.due_on, after.provisional) == (date(2027, 1, 4), False)


def test_the_days_after_the_start_of_a_pause_up_to_its_end_are_not_counted() -> None:
    pause = Pause(date(2025, 9, 16), date(2025, 9, 18), "征求意见")
    result = count_working_days(CALENDAR, date(2025, 9, 15), 2, [pause])
    assert [(day.date.day, day.counted, day.reason) for day in result.days] == [
        (16, True, "第1个工作日（星期二）"),
        (17, False, "征求意见"),
        (18, False, "征求意见"),
        (19, True, "第2个工作日（星期五）"),
    ]


def test_a_term_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        count_working_days(CALENDAR, date(2025, 9, 15), 0)


receipts = st.dates(date(2008, 5, 1), date(2028, 12, 31))
terms = st.integers(1, 60)
lengths = st.integers(0, 40)


def oracle(received: date, term: int, pauses: list[Pause]) -> date:
    """The same question asked the other way round: list the working days, strike the paused, take one."""
    span = [received + timedelta(days=n) for n in range(1, 60 * 3 + 40 * 4)]
    listed = {entry.date: entry.working for entry in package_days()}
    worked = [day for day in span if listed.get(day, day.isoweekday() not in (6, 7))]
    struck = {pause.start + timedelta(days=n) for pause in pauses for n in range(1, (pause.end - pause.start).days + 1)}
    return [day for day in worked if day not in struck][term - 1]


@st.composite
def pauses_after(draw: st.DrawFn, received: date) -> list[Pause]:
    starts = draw(st.lists(st.integers(0, 60), max_size=3))
    return [
        Pause(received + timedelta(days=start), received + timedelta(days=start + draw(lengths))) for start in starts
    ]


@given(received=receipts, term=terms, data=st.data())
def test_an_independent_oracle_agrees(received: date, term: int, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(received))
    assert count_working_days(CALENDAR, received, term, pauses).due_on == oracle(received, term, pauses)


@given(received=receipts, term=terms)
def test_a_term_never_ends_on_a_day_of_rest_nor_before_it_can(received: date, term: int) -> None:
    result = count_working_days(CALENDAR, received, term)
    assert CALENDAR.is_working_day(result.due_on)
    assert sum(day.counted for day in result.days) == term
    assert len(result.days) == (result.due_on - received).days


@given(received=receipts, term=terms, later=st.integers(1, 30))
def test_a_later_receipt_or_a_longer_term_never_ends_earlier(received: date, term: int, later: int) -> None:
    first = count_working_days(CALENDAR, received, term).due_on
    assert count_working_days(CALENDAR, received + timedelta(days=later), term).due_on >= first
    assert count_working_days(CALENDAR, received, term + later).due_on > first


@given(received=receipts, term=terms, data=st.data())
def test_a_pause_never_shortens_a_term(received: date, term: int, data: st.DataObject) -> None:
    pauses = data.draw(pauses_after(received))
    plain = count_working_days(CALENDAR, received, term).due_on
    assert count_working_days(CALENDAR, received, term, pauses).due_on >= plain
