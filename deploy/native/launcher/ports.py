"""Every port of the stack: the public one plus a fixed offset, each movable by a variable of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from launcher.errors import LaunchError
from launcher.services import SERVICES, WORKER_OFFSET, Role

MAX_REPLICAS = 9
DEFAULT_PUBLIC = 8000
NODE_OFFSET = 200


@dataclass(frozen=True)
class Port:
    """A port number, what listens on it and the environment variable that moves it."""

    number: int
    purpose: str
    variable: str


_INFRASTRUCTURE = {
    "postgres": (10, "PostgreSQL"),
    "amqp": (11, "RabbitMQ (AMQP)"),
    "rabbitmq_management": (12, "the RabbitMQ management API"),
    "rabbitmq_distribution": (13, "the Erlang distribution of RabbitMQ"),
    "epmd": (14, "the Erlang port mapper"),
    "opensearch": (15, "OpenSearch"),
    "rabbitmq_prometheus": (16, "the metrics of RabbitMQ"),
    "opensearch_transport": (17, "the transport of OpenSearch"),
}


class Ports:
    """All ports of one stack by name; services under `<service>_api` and `<service>_worker` (replica 1)."""

    def __init__(self, ports: Mapping[str, Port]) -> None:
        self._ports = dict(ports)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Ports":
        """Read SUNLIGHT_PORT and the overrides; raise LaunchError for what is not a port number."""
        public = _number(environment, "SUNLIGHT_PORT", DEFAULT_PUBLIC)
        ports = {"public": Port(public, "the public address", "SUNLIGHT_PORT")}
        for name, offset, purpose in _offsets():
            variable = f"SUNLIGHT_PORT_{name.upper()}"
            ports[name] = Port(_number(environment, variable, public + offset), purpose, variable)
        return cls(ports)

    def __getitem__(self, name: str) -> int:
        return self._ports[name].number

    def port(self, name: str) -> Port:
        return self._ports[name]

    def replica(self, service: str, role: Role, replica: int) -> Port:
        """The port of one replica; replica 1 has the base port of its role."""
        first = self._ports[f"{service}_{role}"]
        return Port(first.number + replica - 1, f"{first.purpose} (replica {replica})", first.variable)

    def opensearch_node(self, number: int) -> tuple[Port, Port]:
        """Ports of one OpenSearch node, for HTTP and for the other nodes; node 1 has those of the stack."""
        ports = (self._ports["opensearch"], self._ports["opensearch_transport"])
        http, transport = (
            Port(port.number + NODE_OFFSET * (number - 1), f"{port.purpose} (node {number})", port.variable)
            for port in ports
        )
        return http, transport

    def infrastructure(self, opensearch_nodes: int = 1) -> Iterator[Port]:
        yield from (self._ports[name] for name in _INFRASTRUCTURE)
        for number in range(2, opensearch_nodes + 1):
            yield from self.opensearch_node(number)


def _offsets() -> Iterator[tuple[str, int, str]]:
    for name, (offset, purpose) in _INFRASTRUCTURE.items():
        yield name, offset, purpose
    for service in SERVICES:
        for role in service.roles:
            offset = service.port_offset + (WORKER_OFFSET if role == "worker" else 0)
            yield f"{service.name}_{role}", offset, f"the {service.name} {role}"


def _number(environment: Mapping[str, str], variable: str, default: int) -> int:
    text = environment.get(variable) or str(default)
    if not (text.isascii() and text.isdecimal()) or not 1024 <= int(text) <= 65535:
        raise LaunchError(f"{variable} must be a port number from 1024 to 65535, not {text!r}.")
    return int(text)
