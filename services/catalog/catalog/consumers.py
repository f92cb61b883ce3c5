"""Events to handlers; each compares the event's sequence with what is held, so order does not matter."""

from collections.abc import Awaitable, Callable

from catalog.desk import Desks
from catalog.handlers.obligations import record_department, record_document
from catalog.handlers.ports import Desk
from shared.consuming import MessageHandler, of_event
from shared.events import Event

UseCase = Callable[[Event, Desk], Awaitable[None]]


def document_consumer(opened: Desks) -> MessageHandler:
    """Coverage and obligations follow what is published, revised and withdrawn."""
    return _in_transaction(record_document, opened)


def department_consumer(opened: Desks) -> MessageHandler:
    """Departments' names follow identity."""
    return _in_transaction(record_department, opened)


def _in_transaction(use_case: UseCase, opened: Desks) -> MessageHandler:
    async def handle(event: Event) -> None:
        async with opened() as desk:
            await use_case(event, desk)

    return of_event(handle)
