"""The search report with the facts of the index beside what people asked."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.curation.popular import read_report
from search.index import Names
from shared.events import DocumentStatus

log = structlog.get_logger(__name__)

Facts = Callable[[], Awaitable[dict[str, Any]]]


async def index_facts(client: AsyncOpenSearch, names: Names) -> dict[str, Any]:
    """Published documents, tombstones, and the physical index behind the aliases (its name is its shape)."""
    held = await client.search(
        index=names.write,
        body={"size": 0, "track_total_hits": False, "aggs": {"status": {"terms": {"field": "status"}}}},
    )
    counts = {bucket["key"]: bucket["doc_count"] for bucket in held["aggregations"]["status"]["buckets"]}
    behind = await client.indices.get_alias(name=names.write)
    return {
        "documents": counts.get(DocumentStatus.PUBLISHED.value, 0),
        "tombstones": counts.get(DocumentStatus.WITHDRAWN.value, 0),
        "index": ", ".join(sorted(behind)),
    }


def reporting(database: AsyncEngine, *facts: Facts) -> Callable[[int], Awaitable[dict[str, Any]]]:
    """The report as the API gives it; facts that cannot be had now are left out, the counts are not."""

    async def report(days: int) -> dict[str, Any]:
        async with database.connect() as connection:
            answer = await read_report(connection, days)
        index: dict[str, Any] = {}
        for each in facts:
            try:
                index |= await each()
            except Exception as error:
                log.warning("report.fact_missing", error=repr(error))
        return {**answer, "index": index}

    return report
