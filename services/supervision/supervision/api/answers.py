"""Questions put to the ledger: each answer reads one snapshot, so that all its figures agree."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar import WorkCalendar
from shared.problems import Invalid
from shared.web import decode_cursor, encode_cursor
from supervision.api.views import (
    ColumnPage,
    DutyPage,
    SummaryView,
    column_view,
    duty_view,
    named_counts,
    summary_view,
)
from supervision.domain import SETTLED, SHANGHAI, ColumnEntry, DutyState, Entry, Freshness, Ledger
from supervision.handlers import (
    Position,
    Scope,
    Today,
    columns_in,
    current_ledger,
    obligations_in,
    owed_requests_in,
    public_summary,
    request_counts,
    requests_settled_as,
    urgency,
)
from supervision.store import LedgerFacts

Clock = Callable[[], datetime]
RowT = TypeVar("RowT", Entry, ColumnEntry)


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page: how many rows, from behind which position."""

    limit: int
    cursor: str | None


class Answers:
    """Answers about the day the clock says it is in Shanghai.

    Working days are the package's until intake announces the office's own calendar.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
        self._calendar = replace(WorkCalendar.from_package(), version=0)  # older than any that is announced
        self._clock = clock

    async def obligations(self, scope: Scope, state: DutyState | None, paging: Paging) -> DutyPage:
        async with self._reading() as source:
            ledger = await current_ledger(source, await self._today(source))
        entries = obligations_in(ledger, scope)
        counts = Counter(entry.state for entry in entries)
        return _duties(_behind(_in_state(entries, state), paging.cursor), paging.limit, counts, ledger)

    async def requests(self, scope: Scope, state: DutyState | None, paging: Paging) -> DutyPage:
        """Without a state: the requests a reply is still owed to."""
        async with self._reading() as source:
            today = await self._today(source)
            ledger = await current_ledger(source, today)
            owed = owed_requests_in(ledger, scope)
            counts = await request_counts(source, owed, scope)
            if state is not None and state in SETTLED:
                after = _position(paging.cursor) if paging.cursor else None
                rows = await requests_settled_as(source, today, state, scope, after, paging.limit + 1)
            else:
                rows = _behind(_in_state(owed, state), paging.cursor)
        return _duties(rows, paging.limit, counts, ledger)

    async def columns(self, scope: Scope, state: Freshness | None, paging: Paging) -> ColumnPage:
        async with self._reading() as source:
            ledger = await current_ledger(source, await self._today(source))
        entries = columns_in(ledger, scope)
        after = str(decode_cursor(paging.cursor, 1)[0]) if paging.cursor else ""
        rows = [column for column in _in_state(entries, state) if column.code > after]
        page = rows[: paging.limit]
        return ColumnPage(
            items=[column_view(column, ledger.names) for column in page],
            next_cursor=encode_cursor(page[-1].code) if len(rows) > paging.limit else None,
            counts=named_counts(Freshness, Counter(column.state for column in entries)),
            as_of=ledger.today,
        )

    async def summary(self) -> SummaryView:
        async with self._reading() as source:
            return summary_view(await public_summary(source, await self._today(source)))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[LedgerFacts]:
        async with self._snapshots.connect() as connection:
            yield LedgerFacts(connection)

    async def _today(self, source: LedgerFacts) -> Today:
        self._calendar = await source.calendar(self._calendar)
        return Today(self._clock().astimezone(SHANGHAI).date(), self._calendar)


def _in_state(rows: Sequence[RowT], state: StrEnum | None) -> list[RowT]:
    return [row for row in rows if state is None or row.state == state]


def _behind(entries: Sequence[Entry], cursor: str | None) -> list[Entry]:
    if cursor is None:
        return list(entries)
    position = _position(cursor)
    return [entry for entry in entries if urgency(entry) > position]


def _position(cursor: str) -> Position:
    due, key = decode_cursor(cursor, 2)
    try:
        return date.fromisoformat(due), str(key)
    except (TypeError, ValueError) as error:
        raise Invalid("翻页标记无效，请从第一页重新开始", field="cursor") from error


def _duties(rows: Sequence[Entry], limit: int, counts: Counter[DutyState], ledger: Ledger) -> DutyPage:
    page = rows[:limit]
    return DutyPage(
        items=[duty_view(entry, ledger.names) for entry in page],
        next_cursor=encode_cursor(*urgency(page[-1])) if len(rows) > limit else None,
        counts=named_counts(DutyState, counts),
        as_of=ledger.today,
    )
