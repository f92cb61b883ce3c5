"""A migrated database, an index and the query API on real services, one of each for each module that asks."""

from collections.abc import AsyncIterator

import pytest
from opensearchpy import AsyncOpenSearch

from search.app import api  # noqa: F401 - makes every table of the service known
from search.index import Names, connect, ensure_index
from search.store import metadata
from shared.migrations import migrate
from tests.search.running import Service, running
from tests.support.infrastructure import DatabaseFactory


@pytest.fixture(scope="module")
async def database_url(database: DatabaseFactory) -> str:
    made = await database("search")
    await migrate("search", metadata, made)
    return made


@pytest.fixture(scope="module")
async def client(opensearch_url: str) -> AsyncIterator[AsyncOpenSearch]:
    made = connect(opensearch_url)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def names(client: AsyncOpenSearch, index_prefix: str) -> Names:
    """Those of an index that is there."""
    made = Names(index_prefix.rstrip("-"))
    await ensure_index(client, made)
    return made


@pytest.fixture(scope="module")
async def service(opensearch_url: str, index_prefix: str, database_url: str) -> AsyncIterator[Service]:
    async with running(opensearch_url, index_prefix, database_url) as made:
        yield made
