"""What the tests of the identity service share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.identity.running import Service, migrated, running
from tests.support.infrastructure import DatabaseFactory


@pytest.fixture(scope="module")
async def service(database: DatabaseFactory, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    state: Path = tmp_path_factory.mktemp("state")
    async with running(await database("identity"), state) as made:
        yield made


@pytest.fixture(scope="module")
async def engine(database: DatabaseFactory) -> AsyncIterator[AsyncEngine]:
    """A migrated database without a service."""
    made = await migrated(await database("identity"))
    yield made
    await made.dispose()
