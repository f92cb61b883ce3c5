"""A migrated database for each module of these tests, and the desk of both kinds."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalog.desk import desk_of
from catalog.handlers.ports import Desk
from catalog.store.tables import delivery, metadata
from shared.calendar import WorkCalendar
from shared.envelope import decode
from shared.events import Event
from shared.migrations import migrate
from tests.catalog.making import TODAY
from tests.catalog.memory import MemoryOutbox, memory_desk
from tests.support.infrastructure import DatabaseFactory


@dataclass
class Office:
    """A desk with a way to read what it announced."""

    desk: Desk
    _connection: AsyncConnection | None = None

    async def events(self) -> list[Event]:
        """All events announced, oldest first."""
        if isinstance(self.desk.outbox, MemoryOutbox):
            return self.desk.outbox.events
        assert self._connection is not None
        rows = await self._connection.execute(select(delivery.outbox).order_by(delivery.outbox.c.position))
        return [decode(row.headers, row.body) for row in rows]

    async def told(self) -> list[tuple[str, str, int]]:
        """Type, subject and sequence of all events announced."""
        return [(event.type, event.subject, event.sequence) for event in await self.events()]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("catalog")
    await migrate("catalog", metadata, url)
    return url


@pytest_asyncio.fixture(params=["memory", "postgresql"])
async def office(request: pytest.FixtureRequest, engine: AsyncEngine) -> AsyncIterator[Office]:
    """What holds for the desk in memory must hold for the real one; each test's work is rolled back."""
    if request.param == "memory":
        yield Office(memory_desk(TODAY))
        return
    async with engine.connect() as connection, connection.begin() as transaction:
        desk = desk_of(connection, WorkCalendar.from_package(), datetime(2026, 11, 23, tzinfo=UTC))
        yield Office(replace(desk, today=TODAY), connection)
        await transaction.rollback()
