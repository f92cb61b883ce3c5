"""The worker as a process of its own, killed with SIGKILL while a plan is still to be kept."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.domain.document import Document
from publishing.domain.states import State
from shared.events import now
from tests.publishing.test_scheduler import due, events, found, keep, planned
from tests.support.infrastructure import Vhost
from tests.support.waiting import until


class Process:
    """`python -m publishing worker` as the supervisor starts it."""

    def __init__(self, database_url: str, vhost: Vhost, state: Path) -> None:
        self._environment = {
            **os.environ,
            "SUNLIGHT_SERVICE": "publishing",
            "SUNLIGHT_DATABASE_URL": database_url,
            "SUNLIGHT_AMQP_URL": vhost.amqp_url("publishing"),
            "SUNLIGHT_STATE": str(state),
        }

    async def start(self) -> asyncio.subprocess.Process:
        command = sys.executable, "-m", "publishing", "worker"
        return await asyncio.create_subprocess_exec(
            *command, env=self._environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )


async def test_a_worker_killed_before_the_time_and_started_after_it_catches_up(
    database_url: str, engine: AsyncEngine, vhost: Vhost, tmp_path: Path
) -> None:
    worker = Process(database_url, vhost, tmp_path)
    # It keeps a first plan, which shows that it runs; then it is killed while the second is still to come.
    first, moment = due(), now() + timedelta(seconds=12)
    second = planned(moment)
    await keep(engine, first, second)

    async def state_of(each: Document, state: State) -> bool:
        return (await found(engine, each.id)).state is state

    running = await worker.start()
    await until(lambda: state_of(first, State.PUBLISHED))
    running.kill()
    await running.wait()
    assert now() < moment, "too slow to tell"
    await until(lambda: now() > moment + timedelta(seconds=1))
    assert await state_of(second, State.SCHEDULED)
    running = await worker.start()
    try:
        await until(lambda: state_of(second, State.PUBLISHED))
    finally:
        running.terminate()
        await running.wait()
    kept = await found(engine, second.id)
    assert kept.published_at is not None
    assert kept.published_at > moment + timedelta(seconds=1)
    assert await events(engine, second.id) == ["document.published"]
