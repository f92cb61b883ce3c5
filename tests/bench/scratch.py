"""A database, a virtual host and indices of one measurement's own, and a service's processes that use them."""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from launcher import broker_admin
from launcher.layout import REPOSITORY
from search.index import Names, connect
from search.store import metadata as search_metadata
from shared.migrations import migrate
from supervision.store import metadata as supervision_metadata
from tests.bench.stack import Running, until_ready

STOP_SECONDS = 20
TABLES = {"search": search_metadata, "supervision": supervision_metadata}


@dataclass(frozen=True)
class Scratch:
    """Where a measurement keeps its own things; `name` is the database, the virtual host and the index prefix."""

    name: str
    stack: Running
    service: str

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
        """`python -m SERVICE ROLE` of the installation, on what is ours; yields its base address once it is ready."""
        port = _free_port()
        environment = os.environ | {
            "SUNLIGHT_ENV_FILE": str(self.stack.stack.layout.env_file(self.service)),
            "SUNLIGHT_DATABASE_URL": self.database_url,
            "SUNLIGHT_AMQP_URL": self.amqp_url(self.service),
            "SUNLIGHT_INDEX_PREFIX": self.name,
            "SUNLIGHT_PORT_LISTEN": str(port),
            "SUNLIGHT_LOG_LEVEL": "WARNING",
            **settings,
        }
        command = (sys.executable, "-m", self.service, role)
        running = await asyncio.create_subprocess_exec(*command, env=environment, cwd=REPOSITORY)
        try:
            await until_ready(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            await asyncio.wait_for(running.wait(), STOP_SECONDS)


@asynccontextmanager
async def scratch(stack: Running, service: str = "search") -> AsyncIterator[Scratch]:
    """Everything of one measurement's own, with the tables of one service, removed at the end."""
    own = Scratch(f"bench_{secrets.token_hex(4)}", stack, service)
    admin = await asyncpg.connect(stack.postgres_admin_url)
    await admin.execute(f"create database {own.name}")
    await broker_admin.apply_topology(stack.management_url, own.name, stack.stack.vault().rabbitmq)
    await migrate(service, TABLES[service], own.database_url)
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
