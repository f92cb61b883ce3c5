"""The search service put together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from search.alerts.running import alert_routes, join_alerts
from search.api import operations_router, search_router
from search.batching import Batcher
from search.consumers import DOCUMENT_PREFETCH, DOCUMENT_QUEUE, document_consumer
from search.engine import OpenSearchEngine, engine_check
from search.freshness import FreshnessReport, FreshnessSampler, visible_version
from search.index import Names, Refusal, connect, ensure_index, write_items
from search.lists.export import export_router
from search.lists.feed import feed_router
from search.store import delivery
from shared.database import create_engine, database_check
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api

log = structlog.get_logger(__name__)


def api(settings: Settings) -> FastAPI:
    """The query API; it needs OpenSearch for searches, and the database only for operators' answers."""
    client, names = connect(settings.opensearch_url), Names(settings.index_prefix)
    database = create_engine(settings.database_url)
    engine = OpenSearchEngine(client, names)
    report = FreshnessReport(database, settings.amqp_url, DOCUMENT_QUEUE)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await client.close()
        await database.dispose()

    routers = [
        export_router(client, names, settings.public_url),
        feed_router(client, names, settings.public_url),
        search_router(engine),
        operations_router(engine, report),
        alert_routes(settings, database, client, names),
        *delivery_routers(database, delivery, settings.service, engine.sightings),
    ]
    checks = {"检索引擎": engine_check(client, names), "数据库": database_check(database)}
    return create_api(settings, routers, checks, lifespan)


def worker(settings: Settings) -> Worker:
    """The indexer: document events in, group-committed bulks out."""
    client, names = connect(settings.opensearch_url), Names(settings.index_prefix)
    database = create_engine(settings.database_url)

    async def write(documents: Sequence[dict[str, Any]]) -> list[Refusal | None]:
        return await write_items(client, names, documents)

    async def keep_index() -> None:
        while True:
            await ensure_index(client, names)
            await asyncio.sleep(30)

    batcher = Batcher(write)
    sampler = FreshnessSampler(database, visible_version(client, names))
    running = Worker.of(settings, database, delivery)
    running.consumers.add(DOCUMENT_QUEUE, document_consumer(batcher, sampler), DOCUMENT_PREFETCH)
    running.tasks += [keep_index, batcher.run, sampler.run]
    running.closers.append(client.close)
    join_alerts(running, client, names)
    running.checks["检索引擎"] = engine_check(client, names)
    return running
