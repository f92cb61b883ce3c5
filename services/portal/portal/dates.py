"""Dates as people write them: 2026年3月5日, 2026-3-5, 20260305, ２０２６／３／５, in one field or in three.

Moments are a date and a time, as a datetime-local field sends them or as a person types them, in China's time.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from portal.wording import CHINA

WHOLE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*|(\d{4})(\d{2})(\d{2})")
TIMED = re.compile(r"(.*\d\D*?)[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
MORNING = time(9, 0, tzinfo=CHINA)


class NotADate(ValueError):
    """No such day, or not enough of it."""


def read_moment(text: str) -> datetime | None:
    """The moment meant, None for nothing. Raises NotADate."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    match = TIMED.fullmatch(plain)
    day = read_date(match[1]) if match else None
    if match is None or day is None:
        raise NotADate(text)
    try:
        return datetime.combine(day, time(int(match[2]), int(match[3]), int(match[4] or 0), tzinfo=CHINA))
    except ValueError as error:
        raise NotADate(text) from error


def as_field(moment: datetime) -> str:
    """The moment as a datetime-local field holds it; seconds only where there are any."""
    local = moment.astimezone(CHINA).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def tomorrow_morning(now: datetime) -> datetime:
    """Nine o'clock of the next day, when offices open."""
    return datetime.combine(now.astimezone(CHINA).date() + timedelta(days=1), MORNING)


def read_date(text: str) -> date | None:
    """The day meant, None for nothing. Raises NotADate."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return None
    match = WHOLE.fullmatch(plain)
    if match is None:
        raise NotADate(text)
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotADate(text) from error


def read_parts(form: Mapping[str, str], name: str) -> date | None:
    """The day in the fields `name_y`, `name_m` and `name_d`; a whole date in the first is understood."""
    year, month, day = (form.get(f"{name}_{part}", "").strip() for part in "ymd")
    if year and not month and not day:
        return read_date(year)
    if not (year or month or day):
        return None
    return read_date(f"{year}-{month}-{day}")


def parts(form: Mapping[str, str], name: str) -> dict[str, str]:
    """What was typed, to show it again."""
    return {part: form.get(f"{name}_{part}", "") for part in "ymd"}


def parts_of(day: date | None) -> dict[str, str]:
    return {"y": str(day.year), "m": str(day.month), "d": str(day.day)} if day else {}
