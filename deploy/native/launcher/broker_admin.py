"""Applies the topology to a broker through its management API."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from launcher.errors import LaunchError
from launcher.layout import REPOSITORY
from launcher.topology import Call, desired_calls, load

TOPOLOGY = REPOSITORY / "deploy" / "rabbitmq" / "topology.toml"


async def apply_topology(
    management_url: str, vhost: str, passwords: Mapping[str, str], topology: Path = TOPOLOGY
) -> None:
    """Make the virtual host as the topology says; may run any number of times."""
    await apply_calls(management_url, desired_calls(load(topology), vhost, passwords))


async def apply_calls(management_url: str, calls: Sequence[Call]) -> None:
    """Send the calls one after the other; raise LaunchError with the broker's reason for a refusal."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        for call in calls:
            async with session.request(call.method, f"{management_url}/api{call.path}", json=call.body) as response:
                if response.status >= 400:
                    reason = (await response.text())[:300]
                    raise LaunchError(f"RabbitMQ refused {call.method} {call.path}: {reason}")


async def delete_vhost(management_url: str, vhost: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.delete(f"{management_url}/api/vhosts/{vhost}") as response,
    ):
        response.raise_for_status()
