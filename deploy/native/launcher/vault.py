"""Passwords and keys of one stack, made at its first start and never anywhere but in a file of mode 600."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.layout import read_json, write_private
from launcher.services import BROKER_USERS, DATABASES, SERVICE_CLIENTS


@dataclass(frozen=True, repr=False)
class Vault:
    """Passwords by role (PostgreSQL), user (RabbitMQ) and calling service, and the keys that encrypt what people give
    us: `data_key` applicants' data at intake, `alerts_key` the addresses of search's alerts.
    """

    postgres: dict[str, str]
    rabbitmq: dict[str, str]
    erlang_cookie: str
    data_key: str
    clients: dict[str, str]
    alerts_key: str

    @classmethod
    def open(cls, path: Path) -> "Vault":
        """Read the vault; make what is missing and keep what is there."""
        kept = read_json(path)
        vault = cls(
            postgres=_passwords(("postgres", *DATABASES), kept.get("postgres", {})),
            rabbitmq=_passwords(("admin", *BROKER_USERS), kept.get("rabbitmq", {})),
            erlang_cookie=kept.get("erlang_cookie") or secrets.token_hex(20),
            data_key=kept.get("data_key") or _new_key(),
            alerts_key=kept.get("alerts_key") or _new_key(),
            clients=_passwords(SERVICE_CLIENTS, kept.get("clients", {})),
        )
        write_private(path, json.dumps(vault.__dict__, indent=2) + "\n")
        return vault


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _passwords(names: tuple[str, ...], kept: dict[str, Any]) -> dict[str, str]:
    return {name: str(kept.get(name) or secrets.token_hex(24)) for name in names}
