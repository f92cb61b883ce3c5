"""The identity service put together: the only file that knows everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from identity.api.departments import departments_router
from identity.api.sign_in import sessions_router, tokens_router
from identity.api.staff import staff_router
from identity.bootstrap import keep_service_clients
from identity.broker import RabbitUsers
from identity.forgetting import forget_regularly
from identity.handlers.departments import BrokerUsers
from identity.passwords import Passwords
from identity.store import delivery
from identity.tokens import TokenIssuer
from shared.database import create_engine, database_check
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api


def api(settings: Settings) -> FastAPI:
    broker = RabbitUsers(settings.rabbitmq_management_url, settings.amqp_vhost)
    return assemble(settings, create_engine(settings.database_url), broker, Passwords())


def assemble(settings: Settings, engine: AsyncEngine, broker: BrokerUsers, passwords: Passwords) -> FastAPI:
    """The application on these parts; it closes the engine when it ends.

    The broker is needed to give a department's system access, not to sign in, so readiness does not ask it.
    """

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        await keep_service_clients(engine, settings.service_clients)
        yield
        await engine.dispose()

    issuer = TokenIssuer(engine)
    routers = [
        departments_router(engine, broker, settings.service),
        staff_router(engine, passwords),
        sessions_router(engine, passwords, issuer),
        tokens_router(engine, issuer),
        *delivery_routers(engine, delivery, settings.service),
    ]
    app = create_api(settings, routers, {"数据库": database_check(engine)}, lifespan)
    app.state.verifier = issuer  # its own keys need no fetching
    return app


def worker(settings: Settings) -> Worker:
    """Relays department.changed, stores parked messages, forgets what has expired."""
    engine = create_engine(settings.database_url)
    made = Worker.of(settings, engine, delivery)
    made.tasks.append(forget_regularly(engine))
    return made
