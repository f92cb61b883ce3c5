"""A migrated database, an index of its own and an empty mailbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts.tables import endings, subscriptions
from search.index import Names, connect, ensure_index
from search.store import metadata
from shared.database import create_engine
from shared.migrations import migrate
from tests.search.alerts.stage import Stage
from tests.support.infrastructure import DatabaseFactory


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("search")
    await migrate("search", metadata, url)
    return url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    yield made
    await made.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client(opensearch_url: str) -> AsyncIterator[AsyncOpenSearch]:
    made = connect(opensearch_url)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def names(client: AsyncOpenSearch, index_prefix: str) -> Names:
    made = Names(index_prefix.rstrip("-"))
    await ensure_index(client, made)
    return made


@pytest.fixture
async def stage(engine: AsyncEngine, client: AsyncOpenSearch, names: Names, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(engine, client, names, tmp_path / "mail")
    await made.keeper.keep()
    yield made
    async with engine.begin() as connection:
        await connection.execute(subscriptions.delete())
        await connection.execute(endings.delete())
