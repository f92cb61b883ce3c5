"""`sunlight deadline`: a term of working days, explained day by day.

The office's own calendar, as the intake service keeps it, decides; without a running installation the
calendar that comes with the software does, and the answer says so.
"""

from datetime import date
from typing import Any

from shared.calendar import Pause, WorkCalendar, count_working_days
from sunlight.http import Answer, public
from sunlight.installation import CommandError, find_installation

LONGEST_TERM = 2000


async def explain_deadline(received: str, term: int, pauses: list[str]) -> dict[str, Any]:
    """`due_on`, `provisional`, the explained `days`, and which `calendar` decided.

    Raises:
        CommandError: a date, pause or term is not one.
    """
    start, stops = _day(received), [_pause(text) for text in pauses]
    if not 1 <= term <= LONGEST_TERM:
        raise CommandError(f"--term 应为 1 到 {LONGEST_TERM} 的工作日数")
    params = [("received", received), ("term", str(term)), *(("pause", text) for text in pauses)]
    try:
        async with public(find_installation()) as api:
            found: dict[str, Any] = await api.call("GET", "intake", "/api/deadline", params=params)
            return {**found, "calendar": "office"}
    except Answer:
        raise
    except CommandError:
        return {**_by_package(start, term, stops), "calendar": "package"}


def _by_package(received: date, term: int, pauses: list[Pause]) -> dict[str, Any]:
    due = count_working_days(WorkCalendar.from_package(), received, term, pauses)
    days = [{"date": day.date.isoformat(), "counted": day.counted, "reason": day.reason} for day in due.days]
    return {"due_on": due.due_on.isoformat(), "provisional": due.provisional, "days": days}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"日期应写作 YYYY-MM-DD：{text}") from error


def _pause(text: str) -> Pause:
    start, separator, end = text.partition(":")
    if not separator or _day(start) > _day(end):
        raise CommandError(f"--pause 应写作 FROM:TO，且 FROM 不晚于 TO：{text}")
    return Pause(_day(start), _day(end))
