"""What the tests of publishing share: a migrated database, and the service running on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.store.tables import metadata
from shared.database import create_engine
from shared.migrations import migrate
from tests.publishing.running import Service, announce_directory, running
from tests.support.infrastructure import DatabaseFactory, Vhost


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("publishing")
    await migrate("publishing", metadata, url)
    return url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    await announce_directory(made)
    yield made
    await made.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    engine: AsyncEngine, database_url: str, vhost: Vhost, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """API and worker on one database and one virtual host."""
    state: Path = tmp_path_factory.mktemp("state")
    async with running(engine, database_url, vhost, state) as made:
        yield made
