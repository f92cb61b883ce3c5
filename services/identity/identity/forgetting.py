"""Ended sessions and old failures are removed by the worker; any number of workers may do so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from identity.store.sign_in import FailureStore, SessionStore
from shared.events import now

EVERY_SECONDS = 900.0


def forget_regularly(engine: AsyncEngine) -> Callable[[], Awaitable[None]]:
    """An endless task for the worker."""

    async def run() -> None:
        while True:
            await forget_expired(engine, now())
            await asyncio.sleep(EVERY_SECONDS)

    return run


async def forget_expired(engine: AsyncEngine, at: datetime) -> None:
    async with engine.begin() as connection:
        await SessionStore(connection).forget_ended(at)
        await FailureStore(connection).forget_old(at)
