"""The same books twice: in memory, keeping everything, and in PostgreSQL, reading only what can decide."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.calendar import WorkCalendar
from shared.events import (
    CalendarState,
    ColumnState,
    DepartmentState,
    DocumentState,
    DocumentStatus,
    Event,
    ObligationState,
    Payload,
    RequestState,
)
from supervision.consumers import PROJECTIONS
from supervision.domain import SHANGHAI, DutyState, Facts, PublishedDocument, SettledCounts, settled
from supervision.handlers import LedgerSource, Position, Scope, record
from supervision.store import LedgerFacts, metadata


class Books(LedgerSource, Protocol):
    """What the service holds, whatever holds it."""

    async def take(self, event: Event) -> bool:
        """Deliver an event; whether it was news."""
        ...


class MemoryBooks:
    """Keeps the newest state of every subject in a dictionary."""

    def __init__(self) -> None:
        self._held: dict[tuple[type[Payload], str], tuple[int, Payload]] = {}

    async def take(self, event: Event) -> bool:
        return await record(event, type(event.data), self)

    async def keep(self, subject: str, sequence: int, state: Payload) -> bool:
        key = (type(state), subject)
        if key in self._held and self._held[key][0] >= sequence:
            return False
        self._held[key] = (sequence, state)
        return True

    async def facts(self, today: date) -> Facts:
        return Facts(
            self._all(ObligationState),
            self._all(ColumnState),
            tuple(request for request in self._all(RequestState) if settled(request) is None),
            self._all(DepartmentState),
            tuple(
                PublishedDocument(d.id, d.department, d.column, d.catalogue_items, d.published_at)
                for d in self._all(DocumentState)
                if d.status is DocumentStatus.PUBLISHED and d.published_at.astimezone(SHANGHAI).date() <= today
            ),
        )

    async def calendar(self, held: WorkCalendar) -> WorkCalendar:
        for sequence, state in self._held.values():
            if isinstance(state, CalendarState) and sequence > held.version:
                return WorkCalendar.announced(sequence, state)
        return held

    async def settled_counts(self) -> SettledCounts:
        ended = ((request.department, settled(request)) for request in self._all(RequestState))
        return Counter((department, state) for department, state in ended if state)

    async def settled_requests(
        self, state: DutyState, scope: Scope, after: Position | None, limit: int
    ) -> list[RequestState]:
        found = [
            (request.due_on or date.max, request.number, request)
            for request in self._all(RequestState)
            if settled(request) is state and (scope is None or request.department in scope)
        ]
        behind = [row for row in sorted(found, key=lambda row: row[:2]) if after is None or row[:2] > after]
        return [request for _, _, request in behind[:limit]]

    def _all(self, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(state for _, state in self._held.values() if isinstance(state, kind))


class PostgresBooks(LedgerFacts):
    """The service's own store, inside a transaction that a test throws away."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._open = connection

    async def take(self, event: Event) -> bool:
        projection = PROJECTIONS[event.type.partition(".")[0]]
        return await record(event, projection.announced, projection.opened(self._open))


@asynccontextmanager
async def rolled_back(engine: AsyncEngine) -> AsyncIterator[PostgresBooks]:
    async with engine.connect() as connection:
        await connection.begin()
        yield PostgresBooks(connection)
        await connection.rollback()


async def emptied(engine: AsyncEngine) -> None:
    """Leave no row in any table."""
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))


async def taken(books: Books, events: Sequence[Event]) -> list[bool]:
    return [await books.take(event) for event in events]
