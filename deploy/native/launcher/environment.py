"""The environment of every service, as files that only their owner can read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from launcher.layout import Layout, write_private
from launcher.ports import Ports
from launcher.services import SERVICES, Service
from launcher.vault import Vault

VHOST = "sunlight"


@dataclass(frozen=True)
class Addresses:
    """Where each part of the stack is reached, as `host:port`; the public's origin, and how the index is divided.

    `mail` holds the operator's settings of the mail server; they may carry its password.
    """

    postgres: str
    amqp: str
    rabbitmq_management: str
    opensearch: str
    public_url: str
    service_urls: Mapping[str, str]
    further_opensearch: tuple[str, ...] = ()
    index_shards: int = 1
    mail: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def opensearch_nodes(self) -> tuple[str, ...]:
        return (self.opensearch, *self.further_opensearch)

    @property
    def index_replicas(self) -> int:
        """A second copy of everything as soon as there is a node to hold it."""
        return 1 if self.further_opensearch else 0

    @classmethod
    def native(
        cls,
        ports: Ports,
        public_url: str = "",
        opensearch_nodes: int = 1,
        index_shards: int = 1,
        mail: Mapping[str, str] | None = None,
    ) -> "Addresses":
        """Everything on the loopback address of this machine; `public_url` is what a proxy shows."""
        further = (ports.opensearch_node(number)[0].number for number in range(2, opensearch_nodes + 1))
        host = "127.0.0.1"
        return cls(
            postgres=f"{host}:{ports['postgres']}",
            amqp=f"{host}:{ports['amqp']}",
            rabbitmq_management=f"{host}:{ports['rabbitmq_management']}",
            opensearch=f"{host}:{ports['opensearch']}",
            further_opensearch=tuple(f"{host}:{port}" for port in further),
            public_url=public_url or f"http://{host}:{ports['public']}",
            service_urls={s.name: f"http://{host}:{ports[f'{s.name}_api']}" for s in SERVICES},
            index_shards=index_shards,
            mail=mail or {},
        )

    def management_url(self, vault: Vault) -> str:
        return f"http://admin:{vault.rabbitmq['admin']}@{self.rabbitmq_management}"

    def postgres_admin_url(self, vault: Vault) -> str:
        return f"postgresql://postgres:{vault.postgres['postgres']}@{self.postgres}/postgres"


def service_environment(service: Service, addresses: Addresses, vault: Vault, state: str) -> dict[str, str]:
    """The settings of one service; each sees its own secrets and nobody else's."""
    name = service.name
    settings = {"SUNLIGHT_SERVICE": name, "SUNLIGHT_STATE": state, **_public_addresses(addresses)}
    if service.has_database:
        settings["SUNLIGHT_DATABASE_URL"] = (
            f"postgresql+asyncpg://{name}:{vault.postgres[name]}@{addresses.postgres}/{name}"
        )
    if service.has_broker_user:
        settings["SUNLIGHT_AMQP_URL"] = f"amqp://{name}:{vault.rabbitmq[name]}@{addresses.amqp}/{VHOST}"
    if name == "search":
        settings["SUNLIGHT_OPENSEARCH_URL"] = ",".join(f"http://{node}" for node in addresses.opensearch_nodes)
        settings["SUNLIGHT_INDEX_SHARDS"] = str(addresses.index_shards)
        settings["SUNLIGHT_INDEX_REPLICAS"] = str(addresses.index_replicas)
        settings["SUNLIGHT_DATA_KEY"] = vault.alerts_key
        settings |= addresses.mail
    if name == "intake":
        settings["SUNLIGHT_DATA_KEY"] = vault.data_key
    if name in vault.clients:
        settings["SUNLIGHT_CLIENT_SECRET"] = vault.clients[name]
    if name == "identity":
        settings["SUNLIGHT_SERVICE_CLIENTS"] = json.dumps(vault.clients)
        settings["SUNLIGHT_RABBITMQ_MANAGEMENT_URL"] = addresses.management_url(vault)
        settings["SUNLIGHT_AMQP_VHOST"] = VHOST
    return settings


def operator_environment(addresses: Addresses, vault: Vault, state: str) -> dict[str, str]:
    """The settings of the operators' command line."""
    host, port = addresses.amqp.rsplit(":", 1)
    return {
        "SUNLIGHT_STATE": state,
        **_public_addresses(addresses),
        "SUNLIGHT_RABBITMQ_MANAGEMENT_URL": addresses.management_url(vault),
        "SUNLIGHT_AMQP_VHOST": VHOST,
        "SUNLIGHT_AMQP_HOST": host,
        "SUNLIGHT_AMQP_PORT": port,
    }


def write_env_files(layout: Layout, addresses: Addresses, vault: Vault) -> None:
    state = str(layout.state)
    for service in SERVICES:
        settings = service_environment(service, addresses, vault, state)
        write_private(layout.env_file(service.name), render(settings))
    write_private(layout.env_file("operator"), render(operator_environment(addresses, vault, state)))


def without_own_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment for a child process: settings reach it by its env file alone."""
    return {name: value for name, value in environment.items() if not name.startswith("SUNLIGHT_")}


def render(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _public_addresses(addresses: Addresses) -> dict[str, str]:
    urls = {f"SUNLIGHT_{name.upper()}_URL": url for name, url in addresses.service_urls.items()}
    return {"SUNLIGHT_PUBLIC_URL": addresses.public_url, **urls}
