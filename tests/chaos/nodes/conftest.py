"""Three OpenSearch nodes of their own, with publishing and search beside them."""

import os
from collections.abc import Iterator

import pytest

from launcher.layout import REPOSITORY
from launcher.stack import Stack
from tests.search.rebuilding.conftest import stand
from tests.support.infrastructure import TestStack, launch

__all__ = ["stand"]

ENVIRONMENT = {
    "SUNLIGHT_STATE": str(REPOSITORY / ".sunlight-nodes"),
    "SUNLIGHT_PORT": os.environ.get("SUNLIGHT_NODES_PORT", "37000"),
    "SUNLIGHT_OPENSEARCH_HEAP": "384m",
    "SUNLIGHT_OPENSEARCH_NODES": "3",
    "SUNLIGHT_POSTGRES_FSYNC": "off",
}


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[TestStack]:
    """In place of the one of `make test`; stopped at the end unless SUNLIGHT_CHAOS_KEEP=1."""
    launch(ENVIRONMENT, "up", "--infra-only")
    stack = Stack.from_environment(ENVIRONMENT)
    yield TestStack(stack, stack.vault())
    if os.environ.get("SUNLIGHT_CHAOS_KEEP") != "1":
        launch(ENVIRONMENT, "down")


@pytest.fixture(scope="session")
def opensearch_nodes(infrastructure: TestStack) -> str:
    return ",".join(f"http://{node}" for node in infrastructure.stack.addresses.opensearch_nodes)


@pytest.fixture(scope="module")
def index_replicas() -> int:
    return 1
