"""The same stack under docker-compose.yml: its settings, its edge, and the one-shot `setup` service."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from launcher import broker_admin, edge, postgres
from launcher.environment import VHOST, Addresses, render, service_environment, without_own_settings
from launcher.errors import LaunchError
from launcher.layout import REPOSITORY, write_private
from launcher.services import SERVICES
from launcher.stack import Stack
from launcher.vault import Vault

PORT = 8000
STATE = "/var/lib/sunlight"
CADDYFILE = REPOSITORY / "deploy" / "docker" / "Caddyfile"


def addresses(public_url: str, mail: Mapping[str, str] | None = None) -> Addresses:
    """Where the containers find each other."""
    return Addresses(
        postgres="postgres:5432",
        amqp="rabbitmq:5672",
        rabbitmq_management="rabbitmq:15672",
        opensearch="opensearch:9200",
        public_url=public_url,
        service_urls={service.name: f"http://{service.name}-api:{PORT}" for service in SERVICES},
        mail=mail or {},
    )


def settings(public_url: str, vault: Vault, mail: Mapping[str, str] | None = None) -> dict[str, dict[str, str]]:
    """The environment of every container that needs a secret, by the name of its file."""
    listening = {"SUNLIGHT_HOST_LISTEN": "0.0.0.0", "SUNLIGHT_PORT_LISTEN": str(PORT)}  # noqa: S104
    found = {
        service.name: {**service_environment(service, addresses(public_url, mail), vault, STATE), **listening}
        for service in SERVICES
    }
    found["postgres"] = {"POSTGRES_PASSWORD": vault.postgres["postgres"]}
    found["rabbitmq"] = {
        "RABBITMQ_DEFAULT_USER": "admin",
        "RABBITMQ_DEFAULT_PASS": vault.rabbitmq["admin"],
        "RABBITMQ_DEFAULT_VHOST": VHOST,
    }
    return found


def write(stack: Stack) -> Path:
    """Write all settings for this machine's containers, private to their owner; returns the folder."""
    stack.layout.prepare()
    folder, vault = stack.layout.state / "compose", stack.vault()
    public_url = stack.public_url or f"http://127.0.0.1:{stack.ports['public']}"
    for name, values in settings(public_url, vault, stack.mail).items():
        write_private(folder / f"{name}.env", render(values))
    write_private(folder / "vault.json", json.dumps(vault.__dict__) + "\n")
    return folder


def caddyfile() -> str:
    """The edge in its container; committed as deploy/docker/Caddyfile."""
    upstreams = {service.name: [f"{service.name}-api:{PORT}"] for service in SERVICES}
    return edge.caddyfile(upstreams, host="0.0.0.0", port=PORT, admin="off", log="stdout")  # noqa: S104


async def setup(environment: Mapping[str, str]) -> None:
    """Inside compose, once per start: databases, topology and migrations, from the mounted settings."""
    folder = Path(environment["SUNLIGHT_SETUP_FOLDER"])
    vault = Vault(**json.loads((folder / "vault.json").read_text(encoding="utf-8")))
    inside = addresses("")
    await postgres.provision(inside.postgres_admin_url(vault), vault)
    await broker_admin.apply_topology(inside.management_url(vault), VHOST, vault.rabbitmq)
    for service in SERVICES:
        if service.has_database:
            await _migrate(service.name, folder / f"{service.name}.env", environment)


async def _migrate(name: str, env_file: Path, environment: Mapping[str, str]) -> None:
    child = {**without_own_settings(environment), "SUNLIGHT_ENV_FILE": str(env_file)}
    process = await asyncio.create_subprocess_exec("python", "-m", name, "migrate", env=child)
    if await process.wait() != 0:
        raise LaunchError(f"The database of {name} could not be migrated; its output is above.")
