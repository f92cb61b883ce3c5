"""Working days in China: what a day is, why, and on which day a term of working days ends.

A working day is a day the State Council's yearly notice names as one (调休上班), or a Monday to Friday it
does not name as a holiday. A year without a notice is decided by the weekday alone, and whatever rests on
such a day is *provisional* until the notice comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from chinese_calendar import constants

from shared.events import CalendarState, NamedDayState

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
PACKAGE_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
PACKAGE_VERSION = 1


class CalendarDay(NamedTuple):
    """A day named in a yearly notice: a holiday, or (`working`) a weekend day worked for one."""

    date: date
    working: bool
    name: str


@dataclass(frozen=True, slots=True)
class DayKind:
    """Whether a day is worked and, in Chinese, why; provisional when its year has no notice yet.

    True in a condition when the day is a working day.
    """

    working: bool
    reason: str
    provisional: bool = False

    def __bool__(self) -> bool:
        return self.working


@dataclass(frozen=True)
class WorkCalendar:
    """One version of the calendar: the days named by the notices of the gazetted years."""

    version: int
    gazetted: frozenset[int]
    holidays: Mapping[date, str] = field(default_factory=dict)
    adjusted: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def of(cls, version: int, gazetted: Iterable[int], days: Iterable[CalendarDay]) -> "WorkCalendar":
        """A calendar from table rows."""
        named = tuple(days)
        return cls(
            version,
            frozenset(gazetted),
            {day.date: day.name for day in named if not day.working},
            {day.date: day.name for day in named if day.working},
        )

    @classmethod
    def from_package(cls) -> "WorkCalendar":
        """What the installed `chinesecalendar` knows (2004 to 2026 in its version 1.11)."""
        return cls.of(PACKAGE_VERSION, package_years(), package_days())

    @classmethod
    def announced(cls, version: int, state: CalendarState) -> "WorkCalendar":
        """The calendar that an event carries; its sequence is the version."""
        return cls.of(version, state.years, (CalendarDay(day.date, day.working, day.name) for day in state.days))

    def state(self) -> CalendarState:
        """All of it, as an event carries it."""
        years = tuple(sorted(self.gazetted))
        named = (day for year in years for day in self.of_year(year))
        return CalendarState(years=years, days=tuple(NamedDayState(**day._asdict()) for day in named))

    def of_year(self, year: int) -> tuple[CalendarDay, ...]:
        """The days a year's notice names, by date."""
        named = ((self.holidays, False), (self.adjusted, True))
        return tuple(
            sorted(
                CalendarDay(day, working, name)
                for days, working in named
                for day, name in days.items()
                if day.year == year
            )
        )

    def is_working_day(self, day: date) -> DayKind:
        """Never raises: a year without a notice is decided Mon–Fri and marked provisional."""
        weekday = WEEKDAYS[day.weekday()]
        if day in self.adjusted:
            return DayKind(True, f"{weekday}，{self.adjusted[day]}调休上班")
        if day in self.holidays:
            return DayKind(False, f"{self.holidays[day]}放假")
        working = day.weekday() < 5
        reason = weekday if working else f"{weekday}休息"
        if day.year in self.gazetted:
            return DayKind(working, reason)
        return DayKind(working, f"{reason}（{day.year}年放假安排尚未公布，暂按周一至周五计算）", provisional=True)


def package_years() -> frozenset[int]:
    """Years whose notices the installed `chinesecalendar` holds."""
    return frozenset(day.year for day in constants.holidays)


def package_days() -> tuple[CalendarDay, ...]:
    """The holidays and adjusted working days of `chinesecalendar`, with Chinese names, by date."""
    named = [(constants.holidays, False), (constants.workdays, True)]
    return tuple(
        sorted(
            CalendarDay(day, working, PACKAGE_NAMES.get(name, name))
            for days, working in named
            for day, name in days.items()
        )
    )


@dataclass(frozen=True, slots=True)
class Pause:
    """The days after `start` up to and including `end` are not counted; `reason` says why, in Chinese."""

    start: date
    end: date
    reason: str = "期限中止"


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One calendar day of a term: whether it was counted, and why (not)."""

    date: date
    counted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a term, with every calendar day from the day after receipt up to it."""

    due_on: date
    provisional: bool
    days: tuple[CountedDay, ...]


def count_working_days(calendar: WorkCalendar, received: date, term: int, pauses: Iterable[Pause] = ()) -> DueDate:
    """The `term`-th working day after the day of receipt, which itself never counts (民法典 art. 201).

    The package's own `find_workday` starts from the first working day instead, and is off by one when
    the day of receipt is a day of rest.

    Raises:
        ValueError: the term is shorter than one day.
    """
    if term < 1:
        raise ValueError("a term has at least one working day")
    stops = tuple(pauses)
    days: list[CountedDay] = []
    day, counted, provisional = received, 0, False
    while counted < term:
        day += timedelta(days=1)
        kind = calendar.is_working_day(day)
        provisional = provisional or kind.provisional
        stop = next((stop for stop in stops if stop.start < day <= stop.end), None)
        if stop is None and kind.working:
            counted += 1
            days.append(CountedDay(day, True, f"第{counted}个工作日（{kind.reason}）"))
        else:
            days.append(CountedDay(day, False, stop.reason if stop else kind.reason))
    return DueDate(day, provisional, tuple(days))
