"""PostgreSQL, RabbitMQ and OpenSearch for tests: started once, with a random name for everything in them."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from launcher import broker_admin, postgres
from launcher.layout import REPOSITORY
from launcher.services import BROKER_USERS, DATABASES
from launcher.stack import Stack
from launcher.vault import Vault
from shared.database import create_engine

DatabaseFactory = Callable[[str], Awaitable[str]]


@dataclass(frozen=True)
class TestStack:
    """The running trio; `vault` holds the passwords of this test stack."""

    __test__ = False

    stack: Stack
    vault: Vault

    @property
    def management_url(self) -> str:
        return self.stack.addresses.management_url(self.vault)


@dataclass(frozen=True)
class Vhost:
    """A virtual host of this run with the whole topology in it."""

    name: str
    management_url: str = field(repr=False)
    _amqp: str = field(repr=False)
    _passwords: dict[str, str] = field(repr=False)

    def amqp_url(self, user: str, password: str | None = None) -> str:
        """The address for a service user, for `admin`, or for any user whose password is given."""
        return f"amqp://{user}:{password or self._passwords[user]}@{self._amqp}/{self.name}"


def stack_environment() -> dict[str, str]:
    """The test stack's own state and ports, apart from any stack a developer runs."""
    return {
        "SUNLIGHT_STATE": str(REPOSITORY / ".sunlight-test"),
        "SUNLIGHT_PORT": os.environ.get("SUNLIGHT_TEST_PORT", "18000"),
        "SUNLIGHT_OPENSEARCH_HEAP": "512m",
        "SUNLIGHT_POSTGRES_FSYNC": "off",
    }


@pytest.fixture(scope="session")
def infrastructure() -> Iterator[TestStack]:
    """Start the trio or reuse a running one; stop it at the end unless SUNLIGHT_TEST_KEEP=1."""
    environment = stack_environment()
    stack = Stack.from_environment(environment)
    if not stack.supervisor.is_running():
        shutil.rmtree(environment["SUNLIGHT_STATE"], ignore_errors=True)  # what an older run left may be out of date
    launch(environment, "up", "--infra-only")
    yield TestStack(stack, stack.vault())
    if os.environ.get("SUNLIGHT_TEST_KEEP") != "1":
        launch(environment, "down")


@pytest.fixture(scope="session")
def postgres_admin_url(infrastructure: TestStack) -> str:
    """A plain `postgresql://` address of the superuser."""
    return infrastructure.stack.addresses.postgres_admin_url(infrastructure.vault)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service_roles(postgres_admin_url: str, infrastructure: TestStack) -> None:
    """The roles and databases of all services, as `make up` makes them."""
    await postgres.provision(postgres_admin_url, infrastructure.vault)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database(
    service_roles: None, postgres_admin_url: str, infrastructure: TestStack
) -> AsyncIterator[DatabaseFactory]:
    """`await database("search")` makes a random database that belongs to that service's role alone.

    It returns the `postgresql+asyncpg://` address; the database is dropped after the module.
    """
    made: list[str] = []
    connection = await asyncpg.connect(postgres_admin_url)

    async def create(service: str) -> str:
        assert service in DATABASES
        name = f"test_{service}_{secrets.token_hex(4)}"
        await connection.execute(f"create database {name} owner {service}")
        await connection.execute(f"revoke connect, temporary on database {name} from public")
        made.append(name)
        password, address = infrastructure.vault.postgres[service], infrastructure.stack.addresses.postgres
        return f"postgresql+asyncpg://{service}:{password}@{address}/{name}"

    yield create
    for name in made:
        await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The database that the tests of a service name by a fixture `database_url` of their own."""
    made = create_engine(database_url)
    yield made
    await made.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def vhost(infrastructure: TestStack) -> AsyncIterator[Vhost]:
    """A random virtual host with exchanges, queues, users and rights, deleted after the module."""
    url, passwords = infrastructure.management_url, infrastructure.vault.rabbitmq
    made = Vhost(f"test-{secrets.token_hex(4)}", url, infrastructure.stack.addresses.amqp, passwords)
    assert set(BROKER_USERS) <= set(passwords)
    await broker_admin.apply_topology(url, made.name, passwords)
    yield made
    await broker_admin.delete_vhost(url, made.name)


@pytest.fixture(scope="session")
def opensearch_url(infrastructure: TestStack) -> str:
    return f"http://{infrastructure.stack.addresses.opensearch}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def index_prefix(opensearch_url: str) -> AsyncIterator[str]:
    """A random start of index and alias names; what begins with it is deleted after the module."""
    prefix = f"test-{secrets.token_hex(4)}-"
    yield prefix
    async with aiohttp.ClientSession() as session, session.get(f"{opensearch_url}/{prefix}*") as response:
        names = list(await response.json())
        for name in names:
            async with session.delete(f"{opensearch_url}/{name}"):
                pass


def launch(environment: dict[str, str], *arguments: str) -> None:
    """Run the launcher on the test stack; the whole run ends when it fails."""
    command = [sys.executable, "-m", "launcher", *arguments]
    done = subprocess.run(command, check=False, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.exit(f"The test stack: {done.stdout}{done.stderr}", returncode=1)
