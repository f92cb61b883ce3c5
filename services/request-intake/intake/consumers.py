"""Events this service takes: departments."""

from sqlalchemy.ext.asyncio import AsyncEngine

from intake.handlers.departments import keep_department
from intake.store.office import StoredDepartments
from shared.consuming import Handler
from shared.events import Event

DEPARTMENT_QUEUE = "intake.department"


def take_department(engine: AsyncEngine) -> Handler:
    """`department.changed`: older versions than the one held change nothing, so no inbox is needed."""

    async def handle(event: Event) -> None:
        async with engine.begin() as connection:
            await keep_department(event, StoredDepartments(connection))

    return handle
