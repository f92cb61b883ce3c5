"""The running installation as benchmarks see it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.layout import REPOSITORY
from launcher.stack import Stack
from sunlight.installation import Installation, find_installation

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", REPOSITORY.parent / "shared/corpus/regulations.jsonl.gz"))


@dataclass(frozen=True)
class Running:
    """Addresses of the parts that are measured, and the command line's view of the same installation."""

    origin: str
    opensearch: str
    installation: Installation
    stack: Stack
    index_prefix: str = "sunlight"

    @property
    def postgres_admin_url(self) -> str:
        return self.stack.addresses.postgres_admin_url(self.stack.vault())

    @property
    def management_url(self) -> str:
        return self.stack.addresses.management_url(self.stack.vault())

    def amqp_url(self, user: str, vhost: str) -> str:
        """A service user's address in any virtual host."""
        password = self.stack.vault().rabbitmq[user]
        return f"amqp://{user}:{password}@{self.stack.addresses.amqp}/{vhost}"


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    """The installation that `make up` started."""
    stack = Stack.from_environment()
    installation = find_installation()
    yield Running(installation.url("public"), f"http://{stack.addresses.opensearch}", installation, stack)
