"""Events to handlers; each compares the event's sequence with what is held, so order does not matter."""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalog.handlers.obligations import record_departments, record_documents
from catalog.handlers.ports import Desk
from shared.consuming import MessageHandler, of_event
from shared.events import Event
from shared.together import together

UseCase = Callable[[Sequence[Event], Desk], Awaitable[None]]
DeskOf = Callable[[AsyncConnection], Desk]


def document_consumer(engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    """Coverage and obligations follow what is published, revised and withdrawn."""
    return _in_transaction(record_documents, engine, desk)


def department_consumer(engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    """Departments' names follow identity."""
    return _in_transaction(record_departments, engine, desk)


def _in_transaction(use_case: UseCase, engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    async def apply(events: Sequence[Event], connection: AsyncConnection) -> None:
        await use_case(events, desk(connection))

    return of_event(together(engine, apply))
