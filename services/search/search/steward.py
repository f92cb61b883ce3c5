"""What exactly one worker does at a time: rebuilds and reconciliation.

The worker that holds an advisory lock does both. When it dies its connection ends, the lock is free, and another
worker, or its successor, goes on where the database says.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.rebuilding.automatic import Automatic
from search.rebuilding.running import Rebuilder
from search.reconciling.running import LOOK_SECONDS, Reconciler
from shared.consuming import is_outage

log = structlog.get_logger(__name__)

# Any constant will do, as long as every worker of an installation asks for the same lock.
STEWARD_LOCK = 715_190_316
ASK_AGAIN_SECONDS = 2.0
REBUILD_SECONDS = 1.0
RETRY_SECONDS = 2.0


class Steward:
    """Does the work of the steward while this process is the one."""

    def __init__(
        self, database: AsyncEngine, rebuilder: Rebuilder, reconciler: Reconciler, automatic: Automatic
    ) -> None:
        self._database = database
        self._rebuilder = rebuilder
        self._reconciler = reconciler
        self._automatic = automatic

    async def run(self) -> None:
        """Until cancelled: be the steward, or wait to become it."""
        while True:
            async with self._database.connect() as held:
                await self._serve_if_first(await held.execution_options(isolation_level="AUTOCOMMIT"))
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _serve_if_first(self, connection: AsyncConnection) -> None:
        try:
            asked = await connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": STEWARD_LOCK})
            if asked.scalar_one():
                log.info("steward.begun")
                await self._serve(lambda: connection.execute(text("SELECT 1")))
        finally:
            await connection.invalidate()  # a lock ends with its connection, which must not be lent again

    async def _serve(self, still_held: Callable[[], Awaitable[object]]) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._rebuild())
            tasks.create_task(self._reconcile())
            while True:
                await still_held()
                await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _rebuild(self) -> None:
        while True:
            busy = False
            try:
                busy = await self._rebuilder.advance() or await self._automatic.begin()
            except Exception as error:
                await _wait_or_tell("rebuild", error)
            await asyncio.sleep(0 if busy else REBUILD_SECONDS)

    async def _reconcile(self) -> None:
        while True:
            try:
                await self._reconciler.look()
            except Exception as error:
                await _wait_or_tell("reconcile", error)
            await asyncio.sleep(LOOK_SECONDS)


async def _wait_or_tell(what: str, error: Exception) -> None:
    if is_outage(error):
        log.warning(f"{what}.waiting", error=str(error))
    else:
        log.error(f"{what}.failed", error=repr(error), exc_info=error)
    await asyncio.sleep(RETRY_SECONDS)
