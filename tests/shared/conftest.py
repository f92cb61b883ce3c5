"""A database with the tables of a service, for what is tested of delivery."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import search.app  # noqa: F401 - the tables of its parts join the metadata
from search.store import metadata
from shared.database import create_engine
from shared.migrations import migrate, schema_differences
from tests.support.infrastructure import DatabaseFactory


@pytest.fixture(scope="module")
async def engine(database: DatabaseFactory) -> AsyncIterator[AsyncEngine]:
    url = await database("search")
    await migrate("search", metadata, url)
    assert await schema_differences(metadata, url) == []
    made = create_engine(url)
    yield made
    await made.dispose()
