"""The catalog service put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog.api import routers
from catalog.consumers import department_consumer, document_consumer
from catalog.desk import Clock, Desks, desk_of, desks
from catalog.handlers.obligations import begin_next_rounds
from catalog.handlers.ports import Desk
from catalog.store.tables import delivery
from shared.calendar import WorkCalendar
from shared.database import create_engine, database_check
from shared.events import now
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api


def api(settings: Settings, clock: Clock = now) -> FastAPI:
    """Columns, catalogue, obligations and coverage over HTTP; it needs only its database."""
    engine = create_engine(settings.database_url)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await engine.dispose()

    served = [
        *routers(desks(engine, WorkCalendar.from_package(), clock)),
        *delivery_routers(engine, delivery, settings.service),
    ]
    return create_api(settings, served, {"数据库": database_check(engine)}, lifespan)


def worker(settings: Settings) -> Worker:
    """Follows documents and departments, and relays the outbox."""
    engine = create_engine(settings.database_url)
    calendar = WorkCalendar.from_package()

    def desk(connection: AsyncConnection) -> Desk:
        return desk_of(connection, calendar, now())

    running = Worker.of(settings, engine, delivery)
    running.consumers.add("catalog.document", document_consumer(engine, desk), prefetch=50)
    running.consumers.add("catalog.department", department_consumer(engine, desk), prefetch=5)
    running.tasks.append(partial(turn_rounds, desks(engine, calendar)))
    return running


async def turn_rounds(opened: Desks) -> None:
    """Begin the next rounds of yearly obligations, once an hour; running it twice does no harm."""
    while True:
        async with opened() as desk:
            await begin_next_rounds(desk)
        await asyncio.sleep(3600)
