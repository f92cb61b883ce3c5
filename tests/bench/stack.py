"""The running installation as benchmarks see it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from launcher.layout import REPOSITORY
from launcher.stack import Stack
from sunlight.http import Answer, Api, public
from sunlight.installation import Installation, find_installation

CORPUS = Path(os.environ.get("SUNLIGHT_CORPUS", REPOSITORY.parent / "shared/corpus/regulations.jsonl.gz"))
START_SECONDS = 60
SETTLED_SECONDS = 3  # longer than a batch that a worker has in hand takes


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


async def caught_up(installation: Installation) -> None:
    """Wait until the index has everything that was published: nothing waits, and no more is found than a while ago."""
    async with public(installation) as api:
        before, found = -1, await _found(api)
        while await _waiting(api) or found != before:
            await asyncio.sleep(SETTLED_SECONDS)
            before, found = found, await _found(api)


async def _found(api: Api) -> int:
    return int((await api.get("public", "/api/search"))["total"])


async def _waiting(api: Api) -> int:
    """How many publications the index still waits for; a service that lags says so in a problem."""
    try:
        answer = await api.get("public", "/health/fresh")
    except Answer as lagging:
        answer = lagging.problem
    return int(answer["waiting"])


async def until_ready(address: str) -> None:
    """Wait until a process says that it is ready."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with session.get(f"{address}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
