"""A database in memory that knows the few statements of delivery: transactions, row locks, unique keys.

Rows added in a transaction are seen by others after its commit. A commit may be lost before it takes
effect, or its answer after it did. Only what the tests' services need is here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Insert, Select, Update
from sqlalchemy.sql.elements import TextClause

from tests.chaos.simulation.faults import Faults, Planted, current_process

Change = Callable[[], None]


@dataclass
class Outgoing:
    """A row of the outbox."""

    position: int
    values: dict[str, Any]
    sent: bool = False
    locked: bool = False


@dataclass
class Database:
    """One service's database; it outlives the service's processes."""

    name: str
    faults: Faults
    planted: Planted
    outbox: list[Outgoing] = field(default_factory=list)
    inbox: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[Hashable, Any] = field(default_factory=dict)
    locks: dict[Hashable, asyncio.Lock] = field(default_factory=dict)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["Connection"]:
        """A transaction, as `AsyncEngine.begin` gives it."""
        await self.faults.reach(self.name, ConnectionRefusedError)
        if self.faults.happens(self.faults.stumble):
            raise RuntimeError("deadlock detected")
        connection = Connection(self)
        try:
            yield connection
            await connection.commit()
        finally:
            connection.release()

    def unsent(self) -> list[Outgoing]:
        return [row for row in self.outbox if not row.sent]

    def send_later(self, values: dict[str, Any]) -> None:
        self.outbox.append(Outgoing(len(self.outbox) + 1, values))


class Connection:
    """One transaction's view."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes: list[Change] = []
        self._events: list[Change] = []
        self._own: dict[Hashable, Any] = {}
        self._locks: list[asyncio.Lock] = []
        self._rows: list[Outgoing] = []

    async def lock(self, key: Hashable) -> None:
        """Hold a row, waiting for whoever holds it."""
        lock = self._database.locks.setdefault(key, asyncio.Lock())
        if lock not in self._locks:
            await lock.acquire()
            self._locks.append(lock)

    def get(self, key: Hashable) -> Any:
        return self._own.get(key, self._database.rows.get(key))

    def put(self, key: Hashable, value: Any) -> None:
        """Write a row that this transaction has locked."""
        self._own[key] = value
        self._changes.append(lambda: self._database.rows.__setitem__(key, value))

    def at_commit(self, change: Change) -> None:
        self._changes.append(change)

    async def execute(self, statement: Any, parameters: Any = None) -> "Result":
        """The statements of `shared.outbox` and `shared.inbox`."""
        await self._database.faults.boundary(f"{type(statement).__name__.lower()} at {self._database.name}")
        if isinstance(statement, TextClause):
            return Result([])
        if isinstance(statement, Select):
            return Result(self._take_waiting())
        if isinstance(statement, Update):
            return self._mark_sent(parameters["positions"])
        assert isinstance(statement, Insert)
        if statement.table.name == "outbox":
            for row in parameters:
                self._events.append(lambda row=row: self._database.send_later(row))  # type: ignore[misc]
            return Result([])
        return Result([row for values in parameters for row in await self._record_delivery(values)])

    async def scalars(self, statement: Any, parameters: Any = None) -> list[Any]:
        """`execute`, and the first column of each row."""
        return [row.event_id for row in (await self.execute(statement, parameters)).all()]

    def _take_waiting(self) -> list[SimpleNamespace]:
        self._rows = [row for row in self._database.outbox if not row.sent and not row.locked][:500]
        for row in self._rows:
            row.locked = True
        return [SimpleNamespace(position=row.position, **row.values) for row in self._rows]

    def _mark_sent(self, positions: list[int]) -> "Result":
        for row in [row for row in self._rows if row.position in positions]:
            self._changes.append(lambda row=row: setattr(row, "sent", True))  # type: ignore[misc]
        return Result([])

    async def _record_delivery(self, values: dict[str, Any]) -> list[SimpleNamespace]:
        key = (values["consumer"], str(values["event_id"]))
        await self.lock(key)
        if key in self._database.inbox and not self._database.planted.no_inbox_key:
            return []
        self._changes.append(lambda: self._database.inbox.add(key))
        return [SimpleNamespace(event_id=values["event_id"])]

    async def commit(self) -> None:
        """Make all changes visible at once, or none."""
        faults, name = self._database.faults, self._database.name
        await faults.boundary(f"before commit at {name}")
        lost, unanswered = faults.happens(faults.unknown_commit), faults.happens(faults.unknown_commit)
        if lost:
            raise ConnectionResetError(f"{name} closed the connection before the commit")
        current_process().require_alive()
        _apply(self._changes)
        if self._database.planted.event_outside_transaction and self._events:
            await faults.boundary(f"between two commits at {name}")
        _apply(self._events)
        self._changes, self._events = [], []
        await faults.boundary(f"after commit at {name}")
        if unanswered:
            raise ConnectionResetError(f"{name} closed the connection after the commit")

    def release(self) -> None:
        """End the transaction: locks go, and what was not committed is forgotten."""
        for row in self._rows:
            row.locked = False
        for lock in self._locks:
            lock.release()
        self._rows, self._locks = [], []


def _apply(changes: list[Change]) -> None:
    for change in changes:
        change()


@dataclass(frozen=True)
class Result:
    """Rows of an answer."""

    rows: list[SimpleNamespace]

    def all(self) -> list[SimpleNamespace]:
        return self.rows

    def first(self) -> SimpleNamespace | None:
        return self.rows[0] if self.rows else None
