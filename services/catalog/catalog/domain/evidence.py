"""Published documents as the catalogue sees them."""

from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991


class Evidence(NamedTuple):
    """A document that may fulfil an obligation; `items` are the catalogue items it names."""

    id: str
    items: frozenset[str]
    published_on: date
    withdrawn: bool


class ListedDocument(NamedTuple):
    """A published document as an item lists it."""

    id: str
    title: str
    department_name: str
    published_at: datetime


def day_in_china(moment: datetime) -> date:
    """The calendar day on which something happened, where terms are counted."""
    return moment.astimezone(CHINA).date()
