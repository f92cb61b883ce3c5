"""What the service does: keep what others announce, and show what is owed, late, stale or done."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from shared.calendar import WorkCalendar
from shared.consuming import Refused
from shared.events import Event, Payload, RequestState
from supervision.domain import (
    ColumnEntry,
    Day,
    DutyState,
    Entry,
    Facts,
    Ledger,
    SettledCounts,
    Summary,
    derive_ledger,
    request_entry,
    summarise,
)

StateT = TypeVar("StateT", bound=Payload)
AnnouncedT_contra = TypeVar("AnnouncedT_contra", bound=Payload, contravariant=True)
Scope = Collection[str] | None
Position = tuple[date, str]


class Newest(Protocol[AnnouncedT_contra]):
    """The newest state of each subject of one kind."""

    async def keep(self, subject: str, sequence: int, state: AnnouncedT_contra) -> bool:
        """Take the state unless the same or a newer sequence is held; whether it was taken."""
        ...


class LedgerSource(Protocol):
    """What a ledger is derived from."""

    async def facts(self, today: date) -> Facts:
        """Everything that can decide; of the requests, those still owed."""
        ...

    async def calendar(self, held: WorkCalendar) -> WorkCalendar:
        """The calendar that was announced, or the one held when that is as new."""
        ...

    async def settled_counts(self) -> SettledCounts: ...

    async def settled_requests(
        self, state: DutyState, scope: Scope, after: Position | None, limit: int
    ) -> list[RequestState]: ...


@dataclass(frozen=True, slots=True)
class Today:
    """The day a question is asked, and the calendar it is answered by."""

    date: date
    calendar: WorkCalendar


async def record(event: Event, announced: type[StateT], newest: Newest[StateT]) -> bool:
    """Keep what an event says of its subject; whether it was news.

    Raises:
        Refused: the event is of another kind than its queue is for.
    """
    if not isinstance(event.data, announced):
        raise Refused(f"{event.type} does not belong on this queue")
    return await newest.keep(event.subject, event.sequence, event.data)


async def current_ledger(source: LedgerSource, today: Today) -> Ledger:
    return derive_ledger(await source.facts(today.date), today.date, today.calendar)


async def public_summary(source: LedgerSource, today: Today) -> Summary:
    return summarise(await current_ledger(source, today), await source.settled_counts())


def obligations_in(ledger: Ledger, scope: Scope) -> list[Entry]:
    """Obligations of the departments in scope, most urgent date first; those without a date last."""
    return sorted((entry for entry in ledger.obligations if _concerns(entry, scope)), key=urgency)


def columns_in(ledger: Ledger, scope: Scope) -> list[ColumnEntry]:
    return [column for column in ledger.columns if scope is None or column.department in scope]


def owed_requests_in(ledger: Ledger, scope: Scope) -> list[Entry]:
    return sorted((entry for entry in ledger.requests if _concerns(entry, scope)), key=urgency)


def urgency(entry: Entry) -> Position:
    """Orders duties by the day they are due or to be renewed, then by id."""
    return (entry.due_on or entry.renew_by or date.max, entry.duty)


async def requests_settled_as(
    source: LedgerSource, today: Today, state: DutyState, scope: Scope, after: Position | None, limit: int
) -> list[Entry]:
    """Requests that ended so, by due date and number, from after a position."""
    day = Day.of(today.date, today.calendar)
    found = await source.settled_requests(state, scope, after, limit)
    return [request_entry(request, day) for request in found]


async def request_counts(source: LedgerSource, owed: Iterable[Entry], scope: Scope) -> Counter[DutyState]:
    """How many requests of the departments in scope stand how, settled ones included."""
    counts = Counter(entry.state for entry in owed)
    for (department, state), number in (await source.settled_counts()).items():
        if scope is None or department in scope:
            counts[state] += number
    return counts


def _concerns(entry: Entry, scope: Scope) -> bool:
    return scope is None or not set(scope).isdisjoint(entry.departments)
