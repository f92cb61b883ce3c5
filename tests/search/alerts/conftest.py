"""Alerts on a migrated database and an index of their own, with an empty mailbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts.tables import endings, subscriptions
from search.index import Names
from tests.search.alerts.stage import Stage


@pytest.fixture
async def stage(engine: AsyncEngine, client: AsyncOpenSearch, names: Names, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(engine, client, names, tmp_path / "mail")
    await made.keeper.keep()
    yield made
    async with engine.begin() as connection:
        await connection.execute(subscriptions.delete())
        await connection.execute(endings.delete())
