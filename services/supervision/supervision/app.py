"""The supervision service put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shared.database import create_engine, database_check
from shared.events import now
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api
from supervision.api import supervision_router
from supervision.api.answers import Answers, Clock
from supervision.consumers import add_consumers
from supervision.store import delivery


def api(settings: Settings, clock: Clock = now) -> FastAPI:
    """The HTTP side. Tests give a clock of their own."""
    engine = create_engine(settings.database_url)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await engine.dispose()

    routers = [
        supervision_router(Answers(engine, clock)),
        *delivery_routers(engine, delivery, settings.service),
    ]
    return create_api(settings, routers, {"数据库": database_check(engine)}, lifespan)


def worker(settings: Settings) -> Worker:
    """The consuming side."""
    engine = create_engine(settings.database_url)
    worker = Worker.of(settings, engine, delivery)
    add_consumers(worker.consumers, engine)
    return worker
