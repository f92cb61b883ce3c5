"""Publishing with its relay, and a search service of the test's own beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from publishing.store.tables import metadata as publishing_tables
from search.store import metadata
from shared.database import create_engine
from shared.migrations import migrate
from shared.settings import Settings
from tests.publishing.running import announce_directory, running
from tests.search.rebuilding.standing import Standing, standing
from tests.support.infrastructure import DatabaseFactory, Vhost


@pytest.fixture(scope="session")
def opensearch_nodes(opensearch_url: str) -> str:
    """Every node, divided by commas; here the one of the test stack."""
    return opensearch_url


@pytest.fixture(scope="module")
def index_replicas() -> int:
    return 0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stand(
    database: DatabaseFactory,
    vhost: Vhost,
    opensearch_nodes: str,
    index_prefix: str,
    index_replicas: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Standing]:
    state: Path = tmp_path_factory.mktemp("state")
    publishing_url, search_url = await database("publishing"), await database("search")
    await migrate("publishing", publishing_tables, publishing_url)
    await migrate("search", metadata, search_url)
    engine = create_engine(publishing_url)
    await announce_directory(engine)
    async with running(engine, publishing_url, vhost, state) as publishing:
        settings = Settings(
            service="search",
            database_url=search_url,
            amqp_url=vhost.amqp_url("search"),
            opensearch_url=opensearch_nodes,
            index_prefix=index_prefix.rstrip("-"),
            identity_url=publishing.issuer.url,
            publishing_url=publishing.url,
            client_secret="for-tests-only",
            index_replicas=index_replicas,
            state=state,
        )
        async with standing(settings, engine) as made:
            yield made
    await engine.dispose()
