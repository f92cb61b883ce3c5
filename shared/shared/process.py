"""How a service's process runs: `python -m <service> api|worker|migrate|revision`.

A worker is consumers, outbox relay and watchdog behind a small HTTP server for health and metrics.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy import MetaData, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.amqp import queue_counts
from shared.consuming import Consumers
from shared.database import database_check
from shared.delivery_tables import DeliveryTables
from shared.migrations import migrate, write_revision
from shared.outbox import Relay
from shared.parking import store_parked
from shared.publisher import Publisher
from shared.settings import Settings, load_settings
from shared.telemetry import PARKED, QUEUE_DEPTH, configure_logging
from shared.web import Check, create_api

log = structlog.get_logger(__name__)

Task = Callable[[], Awaitable[None]]
Command = Callable[[Settings], Coroutine[Any, Any, None]]
WATCH_SECONDS = 10.0
DETACHED_LIMIT = 3
# By default Python looks for garbage after every 700 new objects, which is several times in one message.
COLLECT_AFTER = (20_000, 20, 20)
# A thread that is busy, such as the one that learns titles, lets go of the interpreter five times as often as by
# default: an answer takes it back some ten times.
SWITCH_SECONDS = 0.001


@dataclass
class Worker:
    """What a service's worker runs: its consumers, its relay, and further endless tasks."""

    settings: Settings
    engine: AsyncEngine
    tables: DeliveryTables
    publisher: Publisher
    consumers: Consumers
    tasks: list[Task] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    closers: list[Task] = field(default_factory=list)  # what else is open, closed in the end

    @classmethod
    def of(cls, settings: Settings, engine: AsyncEngine, tables: DeliveryTables) -> "Worker":
        """A worker that relays the outbox and stores parked messages; add consumers and tasks to it."""
        publisher = Publisher(settings.amqp_url)
        worker = cls(settings, engine, tables, publisher, Consumers(settings.amqp_url, publisher))
        worker.consumers.add(f"{settings.service}.parked", store_parked(engine, tables.parked, publisher.user))
        worker.tasks.append(Relay(engine, tables.outbox, Publisher(settings.amqp_url), settings.service).run)
        return worker

    def app(self) -> FastAPI:
        """The worker as an application whose lifespan runs it."""
        checks = {"数据库": database_check(self.engine), "消息队列": self._broker_check, **self.checks}
        return create_api(self.settings, [], checks, self.running)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Consume and relay while the context is open; on leaving, finish what is in hand."""
        await self._connect()
        background = [asyncio.create_task(_forever(task)) for task in [*self.tasks, self._watch]]
        try:
            yield
        finally:
            await self.consumers.broker.stop()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self.publisher.close()
            for close in self.closers:
                await close()
            await self.engine.dispose()

    async def _connect(self) -> None:
        while True:
            try:
                return await self.consumers.broker.start()
            except Exception as error:
                log.warning("worker.broker_away", error=repr(error))
                with suppress(Exception):
                    await self.consumers.broker.stop()
                await asyncio.sleep(1)

    async def _broker_check(self) -> None:
        if not await self.consumers.broker.ping(timeout=2):
            raise ConnectionError("not connected")

    async def _watch(self) -> None:
        """Stop the process when a queue has lost its consumers: the supervisor starts a sound one.

        After some broker failures the client library reconnects without consuming again.
        """
        detached = dict.fromkeys(self.consumers.queues, 0)
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                counts = await queue_counts(self.settings.amqp_url, self.consumers.queues)
            except Exception as error:
                log.warning("watchdog.broker_away", error=repr(error))
                continue
            await self._count_parked()
            for queue, (messages, consumers) in counts.items():
                QUEUE_DEPTH.labels(queue).set(messages)
                detached[queue] = 0 if consumers else detached[queue] + 1
                if detached[queue] >= DETACHED_LIMIT:
                    log.error("watchdog.no_consumer", queue=queue)
                    os._exit(70)

    async def _count_parked(self) -> None:
        parked = self.tables.parked
        query = select(func.count()).where(parked.c.state == "parked")
        with suppress(Exception):
            async with self.engine.connect() as connection:
                PARKED.labels(self.settings.service).set((await connection.execute(query)).scalar_one())


async def _forever(task: Task) -> None:
    """Run an endless task; when it fails, log it and start it again."""
    while True:
        try:
            await task()
        except Exception as error:
            log.error("worker.task_failed", error=repr(error), exc_info=error)
        await asyncio.sleep(1)


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve on loopback (unless SUNLIGHT_HOST_LISTEN says otherwise) until told to stop."""
    gc.freeze()  # what was imported lives as long as the process
    gc.set_threshold(*COLLECT_AFTER)
    sys.setswitchinterval(SWITCH_SECONDS)
    uvicorn.run(
        app,
        host=settings.host_listen,
        port=settings.port_listen,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        server_header=False,
    )


def main(
    package: str,
    api: Callable[[Settings], FastAPI],
    worker: Callable[[Settings], Worker] | None = None,
    metadata: MetaData | None = None,
    commands: Mapping[str, Command] | None = None,
) -> None:
    """The command line of a service; `python -m <package> --help` lists the roles.

    `commands` adds the service's own one-shot commands, such as identity's `bootstrap`.
    """
    chosen = _roles(package, worker is not None, metadata is not None, commands or {}).parse_args()
    settings = load_settings()
    configure_logging(settings.service, settings.log_level)
    if chosen.role == "api":
        serve(api(settings), settings)
    elif chosen.role == "worker" and worker is not None:
        serve(worker(settings).app(), settings)
    elif commands and chosen.role in commands:
        asyncio.run(commands[chosen.role](settings))
    elif metadata is not None and chosen.role == "migrate":
        asyncio.run(migrate(package, metadata, settings.database_url))
    elif metadata is not None:
        asyncio.run(write_revision(package, metadata, settings.database_url, chosen.message))


def _roles(package: str, works: bool, stores: bool, commands: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {package}")
    roles = parser.add_subparsers(dest="role", required=True)
    roles.add_parser("api", help="answer HTTP")
    if works:
        roles.add_parser("worker", help="consume events and relay the outbox")
    if stores:
        roles.add_parser("migrate", help="bring the database to the newest schema")
        roles.add_parser("revision", help="write a migration from changed tables").add_argument("message")
    for name in commands:
        roles.add_parser(name, help="once")
    return parser
