"""The query API on real services, one for each module that asks."""

from collections.abc import AsyncIterator

import pytest_asyncio

from search.app import api  # noqa: F401 - makes every table of the service known
from search.store import metadata
from shared.migrations import migrate
from tests.search.running import Service, running
from tests.support.infrastructure import DatabaseFactory


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    made = await database("search")
    await migrate("search", metadata, made)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(opensearch_url: str, index_prefix: str, database_url: str) -> AsyncIterator[Service]:
    async with running(opensearch_url, index_prefix, database_url) as made:
        yield made
