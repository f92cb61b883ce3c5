"""How fresh the columns (栏目) are, against the longest silence each may keep (国办秘函〔2019〕19号)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.events import ColumnState
from supervision.domain.evidence import Evidence


class Freshness(StrEnum):
    """How long a column has been silent; Chinese labels are in `FRESHNESS_LABELS`."""

    FRESH = "fresh"
    WARN = "warn"
    STALE = "stale"
    BLANK = "blank"


FRESHNESS_LABELS = {
    Freshness.FRESH: "更新及时",
    Freshness.WARN: "临近时限",
    Freshness.STALE: "超期未更新",
    Freshness.BLANK: "空白栏目",
}


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column with its sub-columns on the day judged; `evidence` is its newest document."""

    code: str
    name: str
    department: str
    max_silence_days: int | None
    state: Freshness
    last_published_at: datetime | None = None
    silent_days: int | None = None
    renew_by: date | None = None
    evidence: tuple[str, ...] = ()

    def renewal(self, published_on: date) -> date | None:
        """The last day on which a document of that day still keeps the column within its limit."""
        return _renewal(published_on, self.max_silence_days)


def column_entry(column: ColumnState, evidence: Evidence, today: date) -> ColumnEntry:
    """A column without any document is blank, whatever its limit; without a limit it cannot be stale."""
    limit, latest = column.max_silence_days, evidence.latest_in(column.code)
    if latest is None:
        return ColumnEntry(column.code, column.name, column.department, limit, Freshness.BLANK)
    silent = (today - latest.published_on).days
    return ColumnEntry(
        column.code,
        column.name,
        column.department,
        limit,
        freshness(silent, limit),
        latest.published_at,
        silent,
        _renewal(latest.published_on, limit),
        (latest.id,),
    )


def _renewal(published_on: date, limit: int | None) -> date | None:
    return None if limit is None else published_on + timedelta(days=limit)


def freshness(silent_days: int, limit: int | None) -> Freshness:
    """Stale once the limit is passed; a warning from three quarters of it, before the veto line."""
    if limit is None or silent_days * 4 < limit * 3:
        return Freshness.FRESH
    return Freshness.STALE if silent_days > limit else Freshness.WARN
