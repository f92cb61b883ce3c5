"""The search service put together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts.running import alert_routes, join_alerts
from search.answering import Answered, Answers
from search.api import items_router, operations_router, search_router
from search.batching import Batcher
from search.caching import AnswerCache
from search.columns import COLUMN_QUEUE, KnownColumns, column_consumer
from search.consumers import DOCUMENT_PREFETCH, DOCUMENT_QUEUE, document_consumer
from search.curation.api import curation_routers
from search.curation.desk import Curation
from search.curation.facts import index_facts, reporting
from search.curation.popular import popular
from search.curation.query_log import forgetting
from search.engine import OpenSearchEngine, engine_check
from search.freshness import FreshnessReport, FreshnessSampler, Refresher, visible_version
from search.generation import Generation
from search.handlers import find
from search.index import Names, connect, ensure_index
from search.lexicon_source import HeldLexicon
from search.lists.export import export_router
from search.lists.feed import feed_router
from search.paging.cursors import Cursors
from search.rebuilding.aliases import Indices
from search.rebuilding.api import rebuilding_router
from search.rebuilding.automatic import Automatic
from search.rebuilding.running import Rebuilder
from search.reconciling.running import Reconciler
from search.record import Record
from search.steward import Steward
from search.store import delivery
from search.versions import Versions
from search.vocabulary import Vocabulary
from search.warming import warm
from search.writing import IndexWriter
from shared.amqp import queue_counts
from shared.database import create_engine, database_check
from shared.process import Worker
from shared.settings import Settings
from shared.tracing import delivery_routers
from shared.web import create_api

log = structlog.get_logger(__name__)


def api(settings: Settings) -> FastAPI:
    """The query API; it needs OpenSearch for searches, and the database only for operators' answers."""
    client, names = connect(settings.opensearch_url), names_of(settings)
    database = create_engine(settings.database_url)
    engine = OpenSearchEngine(client, names)
    report = FreshnessReport(database, settings.amqp_url, DOCUMENT_QUEUE)
    columns, generation = KnownColumns(database), Generation(client, names)
    # The address holds the role's password: known to every replica, to nobody outside, and changed with it.
    cursors = Cursors(settings.database_url)
    cache: AnswerCache[Answered] = AnswerCache(settings.search_cache)
    lexicon = HeldLexicon(client, names)
    curation = Curation.of(client, names, database, engine, columns.names)
    answers = Answers(engine, columns, generation, cursors, cache, lexicon, curation)

    async def top(q: str, vocabulary: Vocabulary) -> list[dict[str, Any]]:
        return (await find(engine, q, vocabulary=vocabulary, lexicon=lexicon.current)).items

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        tasks = columns.run(), generation.run(), lexicon.run(), warm(partial(find, engine))
        background = [asyncio.create_task(task) for task in tasks]
        async with curation.running():
            yield
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await answers.snapshots.close()
        await client.close()
        await database.dispose()

    facts = reporting(database, report.read, partial(index_facts, client, names))
    routers = [
        export_router(client, names, settings.public_url, answers.understood),
        feed_router(client, names, settings.public_url, answers.understood, columns.names),
        search_router(answers, curation),
        items_router(engine),
        *curation_routers(database, curation, facts, top),
        operations_router(engine, report),
        rebuilding_router(database, Indices(client, names)),
        alert_routes(settings, database, client, names, columns.names),
        *delivery_routers(database, delivery, settings.service, engine.sightings),
    ]
    checks = {"检索引擎": engine_check(client, names), "数据库": database_check(database)}
    return create_api(settings, routers, checks, lifespan)


def names_of(settings: Settings) -> Names:
    return Names(settings.index_prefix, settings.index_shards, settings.index_replicas)


def steward_of(
    settings: Settings, database: AsyncEngine, writer: IndexWriter, batcher: Batcher, record: Record
) -> Steward:
    """Rebuilds and reconciliation, on the record as publishing tells it."""

    async def asked_most() -> Sequence[str]:
        async with database.connect() as connection:
            return await popular(connection)

    async def waiting() -> int:
        counts = await queue_counts(settings.amqp_url, [DOCUMENT_QUEUE])
        return counts[DOCUMENT_QUEUE][0] + batcher.in_hand

    indices = Indices(writer.client, writer.names)
    rebuilder = Rebuilder(database, writer, record, asked_most)
    reconciler = Reconciler(database, writer, record, waiting)
    return Steward(database, rebuilder, reconciler, Automatic(database, indices, settings.index_rebuild_limit))


def worker(settings: Settings) -> Worker:
    """The indexer: document events in, group-committed bulks out."""
    client, names = connect(settings.opensearch_url), names_of(settings)
    database = create_engine(settings.database_url)
    writer, record = IndexWriter(client, names, Versions(client, database)), Record(settings)

    async def keep_index() -> None:
        while True:
            await ensure_index(client, names)
            await asyncio.sleep(30)

    refresher = Refresher(client, names)
    batcher = Batcher(writer.write, written=refresher.ask)
    sampler = FreshnessSampler(database, visible_version(client, names))
    running = Worker.of(settings, database, delivery)
    running.consumers.add(DOCUMENT_QUEUE, document_consumer(batcher, sampler), DOCUMENT_PREFETCH)
    running.consumers.add(COLUMN_QUEUE, column_consumer(database))
    running.tasks += [keep_index, batcher.run, sampler.run, refresher.run, forgetting(database)]
    running.tasks.append(steward_of(settings, database, writer, batcher, record).run)
    running.closers += [client.close, record.close]
    join_alerts(running, client, names)
    running.checks["检索引擎"] = engine_check(client, names)
    return running
