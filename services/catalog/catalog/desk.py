"""The stores of one transaction as the use cases' desk."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalog.domain.evidence import day_in_china
from catalog.handlers.ports import Desk
from catalog.store.answers import AnswerStore
from catalog.store.catalogue import ColumnStore, EditionStore, ItemStore
from catalog.store.documents import DepartmentStore, DocumentStore
from catalog.store.obligations import ObligationStore
from catalog.store.tables import delivery
from shared.calendar import WorkCalendar
from shared.events import now
from shared.outbox import Outbox

SERVICE = "catalog"
Desks = Callable[[], AbstractAsyncContextManager[Desk]]
Clock = Callable[[], datetime]


def desk_of(connection: AsyncConnection, calendar: WorkCalendar, at: datetime) -> Desk:
    """Everything a use case may touch, all in the caller's transaction."""
    return Desk(
        columns=ColumnStore(connection),
        editions=EditionStore(connection),
        items=ItemStore(connection),
        obligations=ObligationStore(connection),
        documents=DocumentStore(connection),
        departments=DepartmentStore(connection),
        answers=AnswerStore(connection, delivery),
        outbox=Outbox(connection, delivery.outbox, SERVICE),
        calendar=calendar,
        today=day_in_china(at),
    )


def desks(engine: AsyncEngine, calendar: WorkCalendar, clock: Clock = now) -> Desks:
    """`async with opened() as desk` is one transaction, committed when the block ends well."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Desk]:
        async with engine.begin() as connection:
            yield desk_of(connection, calendar, clock())

    return opened
