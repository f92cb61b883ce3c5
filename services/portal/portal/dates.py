"""Dates as people write them: 2026年3月5日, 2026-3-5, 20260305, ２０２６／３／５, in one field or in three."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

WHOLE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*|(\d{4})(\d{2})(\d{2})")


class NotADate(ValueError):
    """No such day, or not enough of it."""


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
