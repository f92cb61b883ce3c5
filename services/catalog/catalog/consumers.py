"""Events to handlers; each compares the event's sequence with what is held, so order does not matter."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from catalog.handlers.obligations import record_department, record_document
from catalog.handlers.ports import Desk
from shared.consuming import MessageHandler, of_event
from shared.events import Event
from shared.together import together

UseCase = Callable[[Event, Desk], Awaitable[None]]
DeskOf = Callable[[AsyncConnection], Desk]


def document_consumer(engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    """Coverage and obligations follow what is published, revised and withdrawn."""
    return _in_transaction(record_document, engine, desk)


def department_consumer(engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    """Departments' names follow identity."""
    return _in_transaction(record_department, engine, desk)


def _in_transaction(use_case: UseCase, engine: AsyncEngine, desk: DeskOf) -> MessageHandler:
    async def apply(event: Event, connection: AsyncConnection) -> None:
        await use_case(event, desk(connection))

    return of_event(together(engine, apply))
