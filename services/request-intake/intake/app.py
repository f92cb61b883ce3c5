"""How the service is put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from intake.api.calendar import calendar_router, deadline_router
from intake.api.public import Desks, applicant_router, filing_router
from intake.api.staff import handling_router, list_router
from intake.consumers import DEPARTMENT_QUEUE, take_department
from intake.handlers.calendar import CalendarChange, seed_calendar
from intake.handlers.desk import Desk
from intake.store.calendar import CalendarCache, StoredCalendars
from intake.store.office import (
    CodeAttempts,
    KeptAnswers,
    SealedTexts,
    StoredDepartments,
    StoredNumbers,
    forget_old,
)
from intake.store.requests import StoredRequests
from intake.store.tables import delivery
from shared.consuming import of_event
from shared.crypto import CryptoProvider, KeyedCrypto
from shared.database import create_engine, database_check
from shared.events import now
from shared.outbox import Outbox
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api

log = structlog.get_logger(__name__)

HOUSEKEEPING_SECONDS = 3600.0


def desk_on(connection: AsyncConnection, crypto: CryptoProvider, cache: CalendarCache, service: str) -> Desk:
    """Everything the handlers need, over one connection."""
    return Desk(
        StoredRequests(connection),
        SealedTexts(connection, crypto),
        StoredNumbers(connection),
        StoredDepartments(connection),
        StoredCalendars(connection, cache),
        CodeAttempts(connection),
        KeptAnswers(connection),
        Outbox(connection, delivery.outbox, service),
        crypto,
    )


def desks_of(engine: AsyncEngine, settings: Settings) -> Desks:
    """Opens a desk over one transaction: committed when left, rolled back when anything is raised."""
    crypto, cache = KeyedCrypto(settings.data_key, "intake"), CalendarCache()

    @asynccontextmanager
    async def desks() -> AsyncIterator[Desk]:
        async with engine.begin() as connection:
            yield desk_on(connection, crypto, cache, settings.service)

    return desks


async def _seed(desks: Desks) -> CalendarChange:
    async with desks() as desk:
        change = await seed_calendar(desk, now())
    log.info("calendar.seeded", version=change.version, moved=[item.number for item in change.moved])
    return change


async def seed(settings: Settings) -> None:
    """`python -m intake seed_calendar`: bring in the package's years; again changes nothing."""
    engine = create_engine(settings.database_url)
    await _seed(desks_of(engine, settings))
    await engine.dispose()


def api(settings: Settings) -> FastAPI:
    engine = create_engine(settings.database_url)
    desks = desks_of(engine, settings)
    routers = [
        filing_router(desks),
        list_router(desks, engine),
        applicant_router(desks),
        handling_router(desks),
        calendar_router(desks),
        deadline_router(desks),
        *delivery_routers(engine, delivery, settings.service),
    ]

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await engine.dispose()

    return create_api(settings, routers, {"数据库": database_check(engine)}, lifespan)


def worker(settings: Settings) -> Worker:
    engine = create_engine(settings.database_url)
    desks = desks_of(engine, settings)

    async def keep_house() -> None:
        """A newer package brings new years; any number of workers may do this at once."""
        while True:
            await _seed(desks)
            async with engine.begin() as connection:
                await forget_old(connection)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    found = Worker.of(settings, engine, delivery)  # relays the outbox, stores parked messages
    found.consumers.add(DEPARTMENT_QUEUE, of_event(take_department(engine)))
    found.tasks.append(keep_house)
    return found
