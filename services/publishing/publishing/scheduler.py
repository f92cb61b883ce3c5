"""Makes documents public at their planned time.

The plan is a row of `document`; nothing is held in memory but which documents failed just now. So a restart changes
nothing, an outage is made up for at once, and any number of schedulers may run: each due row is locked by one.
"""

import asyncio
import time
from uuid import UUID

import structlog

from publishing.domain.document import Document
from publishing.domain.states import State
from publishing.handlers.scheduling import keep_schedule
from publishing.metrics import KEPT, LATENESS, OVERDUE, SCHEDULED
from publishing.rooms import Rooms
from publishing.store.scheduled import Due, ahead, next_due
from shared.consuming import is_outage

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0  # what was planned meanwhile, here or by another process, is seen after this time at the latest
DEFER_SECONDS = 30.0


class Scheduler:
    """Any number may run, each for itself."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._deferred: dict[UUID, float] = {}

    async def run(self) -> None:
        """Publish what is due until cancelled; an outage of the database is waited out."""
        while True:
            try:
                while await self.publish_next():
                    pass
                pause = await self._look_ahead()
            except Exception as error:
                log.warning("schedule.retry", error=repr(error))
                pause = POLL_SECONDS
            await asyncio.sleep(pause)

    async def publish_next(self) -> bool:
        """Publish the document that is due, or say why not; False when none is.

        One document is one transaction. What fails in a way nobody foresaw stands back for a while, so that it
        cannot hold up the others; its plan stays. Raises when the database is away.
        """
        now = time.monotonic()
        self._deferred = {document: until for document, until in self._deferred.items() if until > now}
        due: Due | None = None
        try:
            async with self._rooms.desk() as (desk, connection):
                due = await next_due(connection, self._deferred)
                if due is None:
                    return False
                document = await keep_schedule(due.id, due.now, desk)
        except Exception as error:
            if due is None or is_outage(error):
                raise
            self._defer(due, error)
        else:
            _count(due, document)
        return True

    def _defer(self, due: Due, error: Exception) -> None:
        log.error("schedule.failed", document=str(due.id), exc_info=error)
        KEPT.labels("failed").inc()
        self._deferred[due.id] = time.monotonic() + DEFER_SECONDS

    async def _look_ahead(self) -> float:
        """Keep the gauges; how long to wait for the next document, at most until the next look."""
        async with self._rooms.engine.connect() as connection:
            plans = await ahead(connection)
        SCHEDULED.set(plans.documents)
        seconds = POLL_SECONDS if plans.seconds is None else plans.seconds
        OVERDUE.set(max(0.0, -seconds))
        return min(POLL_SECONDS, seconds) if seconds > 0 else POLL_SECONDS


def _count(due: Due, document: Document) -> None:
    published = document.state is State.PUBLISHED
    KEPT.labels("published" if published else "halted").inc()
    if published:
        LATENESS.observe(due.lateness)
    log.info("schedule.kept", document=str(due.id), state=document.state, late=due.lateness, why=document.hindrance)
