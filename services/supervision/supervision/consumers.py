"""Events of the others, one queue per kind of subject; one message is one transaction."""

from collections.abc import Callable
from typing import TypeVar

from shared.consuming import Consumers, Handler, of_event
from shared.events import (
    ColumnState,
    DepartmentState,
    DocumentState,
    Event,
    ObligationState,
    Payload,
    RequestState,
)
from shared.inbox import first_delivery
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from supervision.handlers import Newest, record
from supervision.store import Documents, Requests, States, columns, delivery, departments, obligations

StateT = TypeVar("StateT", bound=Payload)
Opening = Callable[[AsyncConnection], Newest[StateT]]


def recording(engine: AsyncEngine, queue: str, announced: type[StateT], opening: Opening[StateT]) -> Handler:
    """A handler that keeps the newest state; the inbox row lets `sunlight trace` show it was here."""

    async def handle(event: Event) -> None:
        async with engine.begin() as connection:
            if await first_delivery(connection, delivery.inbox, queue, event):
                await record(event, announced, opening(connection))

    return handle


def add_consumers(consumers: Consumers, engine: AsyncEngine) -> None:
    """Attach every queue of this service."""

    def add(subject: str, announced: type[StateT], opening: Opening[StateT]) -> None:
        queue = f"supervision.{subject}"
        consumers.add(queue, of_event(recording(engine, queue, announced, opening)))

    add("document", DocumentState, Documents)
    add("obligation", ObligationState, lambda connection: States(connection, obligations))
    add("request", RequestState, Requests)
    add("column", ColumnState, lambda connection: States(connection, columns))
    add("department", DepartmentState, lambda connection: States(connection, departments))
