"""The stack of the chaos run: its own state and ports, its programs by the supervisor's word, what hurts it."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aio_pika
import asyncpg
import psutil

from launcher import opensearch, postgres, rabbitmq
from launcher.environment import VHOST
from launcher.layout import REPOSITORY
from launcher.stack import Stack
from launcher.vault import Vault
from launcher.waiting import is_ready
from sunlight.http import operator
from sunlight.installation import Installation, find_installation
from tests.support.waiting import until

WORKERS = ("publishing-worker-1", "search-worker-1")
COMPONENTS = (*WORKERS, "rabbitmq", "opensearch", "postgres")
RECOVERY_SECONDS = 120.0
LOOK_AGAIN_SECONDS = 0.1
ENVIRONMENT = {
    "SUNLIGHT_STATE": str(REPOSITORY / ".sunlight-chaos"),
    "SUNLIGHT_PORT": os.environ.get("SUNLIGHT_CHAOS_PORT", "28000"),
    "SUNLIGHT_OPENSEARCH_HEAP": "512m",
}


class NotRecovered(AssertionError):
    """A component that was killed or frozen does not answer again in time."""


@dataclass(frozen=True)
class Target:
    """A running installation that may be hurt."""

    stack: Stack
    vault: Vault
    installation: Installation

    def database_url(self, service: str) -> str:
        address = self.stack.addresses.postgres
        return f"postgresql://{service}:{self.vault.postgres[service]}@{address}/{service}"

    @property
    def amqp_url(self) -> str:
        return f"amqp://admin:{self.vault.rabbitmq['admin']}@{self.stack.addresses.amqp}/{VHOST}"

    def pid(self, component: str) -> int:
        """The process of a running component, by the supervisor; 0 while there is none."""
        states = [state for state in self.stack.supervisor.programs() if state.name == component]
        return states[0].pid if states and states[0].state in ("STARTING", "RUNNING") else 0

    async def is_well(self, component: str) -> bool:
        """Whether the component gives real answers."""
        if component == "postgres":
            return await postgres.answers(self.stack.addresses.postgres_admin_url(self.vault))
        if component == "rabbitmq":
            url = self.stack.addresses.management_url(self.vault)
            return await rabbitmq.answers(url, self.stack.ports["amqp"])
        if component == "opensearch":
            return await opensearch.answers(f"http://{self.stack.addresses.opensearch}")
        service, _, number = component.partition("-worker-")
        port = self.stack.ports.replica(service, "worker", int(number))
        return await is_ready(f"http://127.0.0.1:{port.number}")

    async def kill(self, component: str) -> int:
        """SIGKILL, at once; the id of the process that was."""
        pid = await asyncio.to_thread(self.pid, component)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid

    @asynccontextmanager
    async def frozen(self, component: str) -> AsyncIterator[None]:
        """SIGSTOP for the component and all its children, and SIGCONT when the context is left."""
        root = psutil.Process(await asyncio.to_thread(self.pid, component))
        root.suspend()  # first, so that it has no further children
        stopped = [root, *root.children(recursive=True)]
        try:
            for process in stopped[1:]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.suspend()
            yield
        finally:
            for process in stopped:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.resume()

    async def recovery(self, component: str, killed: int | None = None) -> float:
        """Seconds until the component answers, by another process than the one killed. Raises NotRecovered."""
        started = time.monotonic()
        while time.monotonic() - started < RECOVERY_SECONDS:
            pid = await asyncio.to_thread(self.pid, component)
            if pid not in (0, killed) and await self.is_well(component):
                return time.monotonic() - started
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        raise NotRecovered(f"{component} is not back after {RECOVERY_SECONDS:.0f} s")

    async def register(self, code: str) -> None:
        """A department with a trusted system, known to publishing before this returns."""
        async with operator(self.installation) as api:
            await api.call("PUT", "identity", f"/api/departments/{code}", json={"name": code, "active": True})
            system = {"name": "混沌", "trusted": True}
            account = await api.call("POST", "identity", f"/api/departments/{code}/systems", json=system)
        kept = self.installation.credentials()
        kept.setdefault("departments", {})[code] = account
        self.installation.keep_credentials(kept)
        database = await connect(self.database_url("publishing"))
        try:
            systems = "select jsonb_array_length(systems) > 0 from department where code = $1"
            await until(lambda: database.fetchval(systems, code), 60)
        finally:
            await database.close()

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
        async with await aio_pika.connect(self.amqp_url, timeout=5) as connection:
            yield await connection.channel()


async def connect(url: str) -> Any:
    """A connection of asyncpg, which has no types."""
    return await asyncpg.connect(url, timeout=10)


def mixture(dice: random.Random) -> tuple[str, ...]:
    """Two or three components to fall together."""
    return tuple(dice.sample(COMPONENTS, dice.randint(2, 3)))


@contextlib.contextmanager
def running_stack() -> Iterator[Target]:
    """`python -m launcher up`, and `down` at the end unless SUNLIGHT_CHAOS_KEEP=1."""
    _launch("up")
    try:
        stack = Stack.from_environment(ENVIRONMENT)
        yield Target(stack, stack.vault(), find_installation())
    finally:
        if os.environ.get("SUNLIGHT_CHAOS_KEEP") != "1":
            _launch("down")


def _launch(command: str) -> None:
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run([sys.executable, "-m", "launcher", command], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"launcher {command}: {done.stderr or done.stdout}")
