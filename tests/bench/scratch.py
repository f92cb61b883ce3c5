"""A database, a virtual host and indices of one measurement's own, and search processes that use them."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import asyncpg

from launcher import broker_admin
from launcher.layout import REPOSITORY
from search.index import Names, connect
from search.store import metadata
from shared.migrations import migrate
from tests.bench.stack import Running

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True)
class Scratch:
    """Where a measurement keeps its own things; `name` is the database, the virtual host and the index prefix."""

    name: str
    stack: Running

    @property
    def names(self) -> Names:
        return Names(self.name)

    @property
    def database_url(self) -> str:
        head = self.stack.postgres_admin_url.rsplit("/", 1)[0].replace("postgresql://", "postgresql+asyncpg://")
        return f"{head}/{self.name}"

    def amqp_url(self, user: str) -> str:
        return self.stack.amqp_url(user, self.name)

    @asynccontextmanager
    async def process(self, role: str, **settings: str) -> AsyncIterator[str]:
        """`python -m search ROLE` of the installation, on what is ours; yields its base address once it is ready."""
        port = _free_port()
        environment = os.environ | {
            "SUNLIGHT_ENV_FILE": str(self.stack.stack.layout.env_file("search")),
            "SUNLIGHT_DATABASE_URL": self.database_url,
            "SUNLIGHT_AMQP_URL": self.amqp_url("search"),
            "SUNLIGHT_INDEX_PREFIX": self.name,
            "SUNLIGHT_PORT_LISTEN": str(port),
            "SUNLIGHT_LOG_LEVEL": "WARNING",
            **settings,
        }
        command = (sys.executable, "-m", "search", role)
        running = await asyncio.create_subprocess_exec(*command, env=environment, cwd=REPOSITORY)
        try:
            await _ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            await asyncio.wait_for(running.wait(), STOP_SECONDS)


@asynccontextmanager
async def scratch(stack: Running) -> AsyncIterator[Scratch]:
    """Everything of one measurement's own, removed at the end."""
    own = Scratch(f"bench_{secrets.token_hex(4)}", stack)
    admin = await asyncpg.connect(stack.postgres_admin_url)
    await admin.execute(f"create database {own.name}")
    await broker_admin.apply_topology(stack.management_url, own.name, stack.stack.vault().rabbitmq)
    await migrate("search", metadata, own.database_url)
    try:
        yield own
    finally:
        await broker_admin.delete_vhost(stack.management_url, own.name)
        await admin.execute(f"drop database {own.name} with (force)")
        await admin.close()
        await _drop_indices(stack.opensearch, own.name)


async def _drop_indices(opensearch: str, prefix: str) -> None:
    client = connect(opensearch)
    for name in await client.indices.get(index=f"{prefix}*"):
        await client.indices.delete(index=name)
    await client.close()


async def _ready(address: str) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with session.get(f"{address}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
