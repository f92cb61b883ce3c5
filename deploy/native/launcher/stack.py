"""One stack on one machine: its folders, its ports, its secrets and the choices of its operator."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

from launcher.environment import Addresses
from launcher.errors import LaunchError
from launcher.layout import Layout, read_json, write_json
from launcher.ports import Ports
from launcher.replicas import Scale
from launcher.supervisor_client import Supervisor
from launcher.vault import Vault

ROOMY_BYTES = 7 * 2**30
MOST_NODES = 3
MOST_SHARDS = 8
MAIL_CHOICES = ("SUNLIGHT_SMTP_URL", "SUNLIGHT_MAIL_FROM")


@dataclass(frozen=True)
class Stack:
    """One running or stopped stack: its folders, ports and the few choices an operator has."""

    layout: Layout
    ports: Ports
    host: str = "127.0.0.1"
    heap: str = "1g"
    durable: bool = True
    public_url: str = ""
    opensearch_nodes: int = 1
    index_shards: int = 1
    choices: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Stack":
        """The stack that SUNLIGHT_* variables describe; what they leave open is as at its last start."""
        layout = Layout.from_environment(environment)
        choices = _choices(environment, read_json(layout.state / "choices.json"))
        return cls(
            layout,
            Ports.from_environment(choices),
            host=choices.get("SUNLIGHT_HOST") or "127.0.0.1",
            heap=choices.get("SUNLIGHT_OPENSEARCH_HEAP") or _heap(psutil.virtual_memory().total),
            durable=choices.get("SUNLIGHT_POSTGRES_FSYNC") != "off",
            public_url=choices.get("SUNLIGHT_PUBLIC_URL") or "",
            opensearch_nodes=_small_number(choices, "SUNLIGHT_OPENSEARCH_NODES", MOST_NODES),
            index_shards=_small_number(choices, "SUNLIGHT_INDEX_SHARDS", MOST_SHARDS),
            choices=choices,
        )

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.layout)

    @property
    def addresses(self) -> Addresses:
        return Addresses.native(self.ports, self.public_url, self.opensearch_nodes, self.index_shards, self.mail)

    @property
    def mail(self) -> dict[str, str]:
        """What the operator says of the mail server; without it mails become files under the state folder."""
        return {name: self.choices[name] for name in MAIL_CHOICES if self.choices.get(name)}

    @property
    def scale(self) -> Scale:
        return Scale(self.layout.state / "scale.json")

    def vault(self) -> Vault:
        return Vault.open(self.layout.state / "secrets.json")

    def remember(self) -> None:
        """Keep what was chosen for this start, so that later commands need no variables."""
        write_json(self.layout.state / "choices.json", self.choices)


def _choices(environment: Mapping[str, str], remembered: Mapping[str, str]) -> dict[str, str]:
    """What the operator chooses now, and what was chosen before; a new public port moves all others anew."""
    chosen = {name: value for name, value in environment.items() if _is_choice(name) and value}
    if chosen.get("SUNLIGHT_PORT", remembered.get("SUNLIGHT_PORT")) != remembered.get("SUNLIGHT_PORT"):
        remembered = {name: value for name, value in remembered.items() if not name.startswith("SUNLIGHT_PORT")}
    return {**remembered, **chosen}


def _heap(memory: int) -> str:
    """Memory for the index on a machine of so many bytes."""
    return "2g" if memory >= ROOMY_BYTES else "1g"


def _small_number(choices: Mapping[str, str], name: str, most: int) -> int:
    text = choices.get(name) or "1"
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= most:
        raise LaunchError(f"{name} must be a number from 1 to {most}, not {text!r}.")
    return int(text)


def _is_choice(name: str) -> bool:
    others = (
        *MAIL_CHOICES,
        "SUNLIGHT_HOST",
        "SUNLIGHT_INDEX_SHARDS",
        "SUNLIGHT_OPENSEARCH_HEAP",
        "SUNLIGHT_OPENSEARCH_NODES",
        "SUNLIGHT_POSTGRES_FSYNC",
        "SUNLIGHT_PUBLIC_URL",
    )
    return name in others or name.startswith("SUNLIGHT_PORT")
