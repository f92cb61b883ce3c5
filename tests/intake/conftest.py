"""A migrated database of the intake service."""

from collections.abc import AsyncIterator

import pytest_asyncio
from intake.store.tables import metadata
from shared.database import create_engine
from shared.migrations import migrate
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.infrastructure import DatabaseFactory


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("intake")
    await migrate("intake", metadata, url)
    return url


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()
