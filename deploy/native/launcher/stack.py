"""The whole stack on one machine: what `up`, `down` and `scale` do, step by step."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher import opensearch, postgres, rabbitmq
from launcher.environment import VHOST, Addresses, write_env_files
from launcher.errors import LaunchError
from launcher.layout import REPOSITORY, Layout, read_json, write_json
from launcher.ports import Ports
from launcher.prerequisites import MAVEN, RABBITMQ, ensure_free, ensure_packages
from launcher.programs import Program
from launcher.progress import Progress
from launcher.supervisor_client import Supervisor
from launcher.vault import Vault

POM = REPOSITORY / "deploy" / "native" / "opensearch" / "pom.xml"
ANSWER_SECONDS = 120


@dataclass(frozen=True)
class Stack:
    """One running or stopped stack: its folders, ports and the few choices an operator has."""

    layout: Layout
    ports: Ports
    host: str = "127.0.0.1"
    heap: str = "1g"
    durable: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Stack":
        """The stack that SUNLIGHT_* variables describe; what they leave open is as at its last start."""
        layout = Layout.from_environment(environment)
        choices = {**read_json(layout.state / "choices.json"), **environment}
        return cls(
            layout,
            Ports.from_environment(choices),
            host=choices.get("SUNLIGHT_HOST") or "127.0.0.1",
            heap=choices.get("SUNLIGHT_OPENSEARCH_HEAP") or "1g",
            durable=choices.get("SUNLIGHT_POSTGRES_FSYNC") != "off",
        )

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.layout)

    @property
    def addresses(self) -> Addresses:
        return Addresses.native(self.ports)

    def vault(self) -> Vault:
        return Vault.open(self.layout.state / "secrets.json")

    def remember(self) -> None:
        """Keep the choices of this start, so that later commands need no variables."""
        choices = {
            **self.ports.overrides(),
            "SUNLIGHT_HOST": self.host,
            "SUNLIGHT_OPENSEARCH_HEAP": self.heap,
            "SUNLIGHT_POSTGRES_FSYNC": "on" if self.durable else "off",
        }
        write_json(self.layout.state / "choices.json", choices)


def up_infrastructure(stack: Stack, progress: Progress) -> Vault:
    """PostgreSQL, RabbitMQ and OpenSearch, answering; raises LaunchError with the reason if one does not."""
    stack.layout.prepare()
    with progress.step("Packages of the distribution"):
        ensure_packages([RABBITMQ, MAVEN])
    with progress.step("Jars of OpenSearch"):
        jars = opensearch.fetch(stack.layout, POM)
    vault = stack.vault()
    stack.remember()
    write_env_files(stack.layout, stack.addresses, vault)
    with progress.step("Data folder of PostgreSQL"):
        postgres.initialise(stack.layout, vault)
    if not stack.supervisor.is_running():
        stack.supervisor.clear_leftovers()
        ensure_free(stack.ports.infrastructure())
        stack.supervisor.start()
    stack.supervisor.apply(infrastructure(stack, vault, jars))
    asyncio.run(_until_infrastructure_answers(stack, vault, progress))
    return vault


def infrastructure(stack: Stack, vault: Vault, jars: Path) -> list[Program]:
    layout, ports = stack.layout, stack.ports
    return [
        rabbitmq.epmd_program(ports),
        postgres.program(layout, ports, durable=stack.durable),
        rabbitmq.program(layout, ports, vault, VHOST),
        opensearch.program(layout, ports, jars, stack.heap),
    ]


async def _until_infrastructure_answers(stack: Stack, vault: Vault, progress: Progress) -> None:
    addresses = stack.addresses
    checks: dict[str, Callable[[], Awaitable[bool]]] = {
        "postgres": lambda: postgres.answers(addresses.postgres_admin_url(vault)),
        "rabbitmq": lambda: rabbitmq.answers(addresses.management_url(vault), stack.ports["amqp"]),
        "opensearch": lambda: opensearch.answers(f"http://{addresses.opensearch}"),
    }
    for name, check in checks.items():
        with progress.step(f"{name} answers"):
            await until_answers(stack, name, check)


async def until_answers(stack: Stack, program: str, check: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a real answer; raise LaunchError with the end of the program's log when none comes."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            while not await check():
                await asyncio.sleep(0.2)
    except TimeoutError:
        log = stack.layout.logs / f"{program}.log"
        tail = log.read_text(errors="replace")[-800:] if log.exists() else "nothing"
        raise LaunchError(
            f"{program} did not answer within {ANSWER_SECONDS} s; the end of {log} says:\n{tail}"
        ) from None
