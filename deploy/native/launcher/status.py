"""What runs, where it listens and how it does."""

import asyncio
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from launcher import opensearch, postgres, rabbitmq
from launcher.stack import Stack
from launcher.supervisor_client import ProgramState
from launcher.waiting import status_of


@dataclass(frozen=True)
class Line:
    """One program; `health` is what it says of itself: ready, not ready, or unknown."""

    name: str
    state: str
    pid: int
    port: int
    health: str


async def lines(stack: Stack) -> list[Line]:
    """Every supervised program, asked at the same time; empty when the stack is down."""
    if not stack.supervisor.is_running():
        return []
    return list(await asyncio.gather(*(_line(stack, program) for program in stack.supervisor.programs())))


def as_json(found: list[Line]) -> list[dict[str, object]]:
    return [asdict(line) for line in found]


def show(found: list[Line]) -> None:
    table = Table("program", "state", "pid", "port", "health", box=None)
    for line in found:
        table.add_row(line.name, line.state, str(line.pid or ""), str(line.port), line.health)
    Console().print(table)


async def _line(stack: Stack, program: ProgramState) -> Line:
    port = _port(stack, program.name)
    healthy = await _healthy(stack, program.name, port)
    health = {True: "ready", False: "not ready", None: "unknown"}[healthy]
    return Line(program.name, program.state, program.pid, port, health)


def _port(stack: Stack, program: str) -> int:
    names = {"rabbitmq": "amqp", "caddy": "public"}
    for replica in stack.scale.replicas():
        if replica.name == program:
            return replica.port(stack.ports).number
    if program in (nodes := opensearch.names(stack.opensearch_nodes)):
        return stack.ports.opensearch_node(nodes.index(program) + 1)[0].number
    return stack.ports[names.get(program, program)]


async def _healthy(stack: Stack, program: str, port: int) -> bool | None:
    addresses, vault = stack.addresses, stack.vault()
    if program == "postgres":
        return await postgres.answers(addresses.postgres_admin_url(vault))
    if program == "rabbitmq":
        return await rabbitmq.answers(addresses.management_url(vault), port)
    if program in opensearch.names(stack.opensearch_nodes):
        return await opensearch.answers(f"http://127.0.0.1:{port}")
    if program == "epmd":
        return None
    host = stack.host if program == "caddy" else "127.0.0.1"
    return await status_of(f"http://{host}:{port}/health/ready") == 200
