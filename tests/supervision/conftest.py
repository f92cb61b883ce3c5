"""A migrated database for each module of these tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.migrations import migrate
from supervision.store import metadata
from tests.supervision.books import Books, MemoryBooks, rolled_back
from tests.support.infrastructure import DatabaseFactory


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(database: DatabaseFactory) -> str:
    url = await database("supervision")
    await migrate("supervision", metadata, url)
    return url


@pytest_asyncio.fixture(params=["memory", "postgresql"])
async def books(request: pytest.FixtureRequest, engine: AsyncEngine) -> AsyncIterator[Books]:
    """The books, once of each kind: what holds for one must hold for the other."""
    if request.param == "memory":
        yield MemoryBooks()
        return
    async with rolled_back(engine) as kept:
        yield kept
