"""Events of the others, one queue per kind of subject; those that arrive together share a transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.consuming import Consumers, Handler, of_event
from shared.events import (
    CalendarState,
    ColumnState,
    DepartmentState,
    DocumentState,
    Event,
    ObligationState,
    Payload,
    RequestState,
)
from shared.inbox import first_deliveries
from shared.together import together
from supervision.handlers import Newest, record
from supervision.store import Documents, Requests, States, calendars, columns, delivery, departments, obligations


@dataclass(frozen=True, slots=True)
class Projection:
    """What a queue brings, and where it is kept."""

    announced: type[Payload]
    opened: Callable[[AsyncConnection], Newest[Any]]


PROJECTIONS: Mapping[str, Projection] = {
    "document": Projection(DocumentState, Documents),
    "obligation": Projection(ObligationState, lambda connection: States(connection, obligations)),
    "request": Projection(RequestState, Requests),
    "column": Projection(ColumnState, lambda connection: States(connection, columns)),
    "department": Projection(DepartmentState, lambda connection: States(connection, departments)),
    "calendar": Projection(CalendarState, lambda connection: States(connection, calendars)),
}


def add_consumers(consumers: Consumers, engine: AsyncEngine) -> None:
    """Attach every queue of this service."""
    for subject, projection in PROJECTIONS.items():
        queue = f"supervision.{subject}"
        consumers.add(queue, of_event(recording(engine, queue, projection)), prefetch=50)


def recording(engine: AsyncEngine, queue: str, projection: Projection) -> Handler:
    """A handler that keeps the newest state; its inbox row lets `sunlight trace` show it was here."""

    async def apply(events: Sequence[Event], connection: AsyncConnection) -> None:
        for event in await first_deliveries(connection, delivery.inbox, queue, events):
            await record(event, projection.announced, projection.opened(connection))

    return together(engine, apply)
