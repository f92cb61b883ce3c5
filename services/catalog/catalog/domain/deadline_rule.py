"""公开时限: the rule a term's words stand for, and the day it leads to."""

import calendar
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.calendar import WorkCalendar, count_working_days

LONGEST_TERM_DAYS = 3650


class Unit(StrEnum):
    """How a term is counted. `long_term` and `promptly` bind without naming a day."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    REALTIME = "realtime"
    PROMPTLY = "promptly"
    LONG_TERM = "long_term"
    BY_DATE = "by_date"


class Trigger(StrEnum):
    """What starts a term.

    `formed` covers 形成或者变更 (条例 art. 26): a change forms information anew. `changed` is only for
    terms that name a change alone. `year_end` is the end of the year, as a start or as the term itself.
    """

    FORMED = "formed"
    CHANGED = "changed"
    APPROVED = "approved"
    DECIDED = "decided"
    YEAR_END = "year_end"


TRIGGER_WORDS = {
    Trigger.FORMED: "信息形成或者变更之日起",
    Trigger.CHANGED: "信息变更之日起",
    Trigger.APPROVED: "批复之日起",
    Trigger.DECIDED: "作出决定之日起",
    Trigger.YEAR_END: "年度终了后",
}
OPEN_WORDS = {Unit.REALTIME: "实时", Unit.PROMPTLY: "及时", Unit.LONG_TERM: "长期"}
COUNTED = {Unit.WORKING_DAYS: "个工作日内", Unit.CALENDAR_DAYS: "日内"}


class Due(NamedTuple):
    """The last day of a term (None when the term names none); provisional when its calendar may change."""

    on: date | None
    provisional: bool
    explanation: str


class DisclosureDeadlineRule(BaseModel):
    """A term as a rule; `raw_text` keeps the words it was read from.

    Counted units have `n` days, 1 to 3650. `by_date` has `month`, a `day` (None is the last of the month)
    and a `year` (None is every year).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit
    n: int | None = Field(default=None, ge=1, le=LONGEST_TERM_DAYS)
    trigger: Trigger | None = None
    year: int | None = Field(default=None, ge=1949, le=2999)
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    raw_text: str = ""

    @model_validator(mode="after")
    def _fits_its_unit(self) -> Self:
        if (self.n is not None) != (self.unit in COUNTED):
            raise ValueError("按天数计算的时限要有天数，其他时限没有天数")
        if (self.month is not None) != (self.unit == Unit.BY_DATE):
            raise ValueError("按日期的时限要有月份，其他时限没有日期")
        if self.month is None and (self.year, self.day) != (None, None):
            raise ValueError("按日期的时限要有月份，其他时限没有日期")
        if self.unit in OPEN_WORDS and self.trigger is not None:
            raise ValueError("没有期限的时限也没有起算点")
        if self.month is not None:
            self._check_date(self.month)
        return self

    def _check_date(self, month: int) -> None:
        if self.trigger not in (None, Trigger.YEAR_END):
            raise ValueError("按日期的时限没有起算点")
        if self.trigger == Trigger.YEAR_END and (month, self.day) != (12, None):
            raise ValueError("年底就是十二月的最后一天")
        if self.day is not None and self.day > days_in_month(self.year or 2000, month):
            raise ValueError("日期不存在")

    @property
    def fixed_day(self) -> date | None:
        """The day the rule names by itself, once and for all; None when it names none or one every year."""
        return self._day_in(self.year) if self.year is not None else None

    @property
    def every_year(self) -> bool:
        return self.unit == Unit.BY_DATE and self.year is None

    def in_words(self) -> str:
        """The rule in plain Chinese; reading these words again gives the same rule."""
        if self.unit in OPEN_WORDS:
            return OPEN_WORDS[self.unit]
        if self.unit in COUNTED:
            return f"{TRIGGER_WORDS[self.trigger] if self.trigger else ''}{self.n}{COUNTED[self.unit]}"
        year = f"{self.year}年" if self.year else "每年"
        if self.trigger == Trigger.YEAR_END:
            return f"{year}年底前"
        return f"{year}{self.month}月{'底' if self.day is None else f'{self.day}日'}前"

    def due(self, since: date, calendar: WorkCalendar) -> Due:
        """The last day of the term that starts `since`, which itself never counts (民法典 art. 201).

        A term of every year gives the next such day, `since` included.
        """
        if self.unit == Unit.BY_DATE:
            return Due(self.fixed_day or self._next_day(since), False, f"应在{self.in_words()}完成")
        if self.n is None:
            return Due(None, False, f"“{self.in_words()}”没有写明日期，需要持续做到")
        start = date(since.year, 12, 31) if self.trigger == Trigger.YEAR_END else since
        if self.unit == Unit.CALENDAR_DAYS:
            return Due(start + timedelta(days=self.n), False, f"自{start}的次日起第{self.n}日")
        counted = count_working_days(calendar, start, self.n)
        return Due(counted.due_on, counted.provisional, f"自{start}的次日起第{self.n}个工作日")

    def _next_day(self, since: date) -> date:
        this_year = self._day_in(since.year)
        return this_year if this_year >= since else self._day_in(since.year + 1)

    def _day_in(self, year: int) -> date:
        month = self.month or 12
        last = days_in_month(year, month)
        return date(year, month, min(self.day or last, last))


def days_in_month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
