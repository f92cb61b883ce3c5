"""How many replicas each role of each service has, and the programs and upstreams that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import LaunchError
from launcher.layout import Layout, read_json, write_json
from launcher.ports import MAX_REPLICAS, Port, Ports
from launcher.programs import Program
from launcher.services import BY_NAME, SERVICES, Role, Service


@dataclass(frozen=True)
class Replica:
    """One process of a service."""

    service: Service
    role: Role
    number: int

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.role}-{self.number}"

    def port(self, ports: Ports) -> Port:
        return ports.replica(self.service.name, self.role, self.number)


class Scale:
    """The chosen number of replicas, remembered in the state; one where nothing was chosen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._chosen: dict[str, dict[str, int]] = read_json(path)

    def count(self, service: Service, role: Role) -> int:
        return self._chosen.get(service.name, {}).get(role, 1)

    def choose(self, name: str, counts: Mapping[Role, int]) -> None:
        """Remember new counts; raise LaunchError for what cannot be had."""
        service = BY_NAME.get(name)
        if service is None:
            raise LaunchError(f"There is no service {name!r}; there are {', '.join(BY_NAME)}.")
        for role, count in counts.items():
            if role not in service.roles:
                raise LaunchError(f"The service {name} has no {role}.")
            if not (1 if role == "api" else 0) <= count <= MAX_REPLICAS:
                raise LaunchError(f"The {role}s of {name} can be at most {MAX_REPLICAS}, and at least one API.")
        self._chosen[name] = {
            **self._chosen.get(name, {}),
            **{str(role): count for role, count in counts.items()},
        }
        write_json(self._path, self._chosen)

    def replicas(self, services: tuple[Service, ...] = SERVICES) -> list[Replica]:
        return [
            Replica(service, role, number)
            for service in services
            for role in service.roles
            for number in range(1, self.count(service, role) + 1)
        ]


def installed(layout: Layout) -> tuple[Service, ...]:
    """The services whose package can be run; a package still without `__main__` cannot."""
    return tuple(s for s in SERVICES if (package_folder(layout, s) / "__main__.py").exists())


def package_folder(layout: Layout, service: Service) -> Path:
    return layout.repository / "services" / service.folder / service.name


# Under a flood of publications the counting waits for a free processor, and is caught up afterwards.
PATIENTLY = ("nice", "-n", "19")


def program(replica: Replica, layout: Layout, ports: Ports) -> Program:
    """The supervised process of one replica; its secrets stay in the env file it is pointed to."""
    environment = {
        "SUNLIGHT_ENV_FILE": str(layout.env_file(replica.service.name)),
        "SUNLIGHT_PORT_LISTEN": str(replica.port(ports).number),
        "SUNLIGHT_REPLICA": str(replica.number),
    }
    command = [layout.python, "-m", replica.service.name, replica.role]
    if replica.role == "worker" and replica.service.patient:
        command = [*PATIENTLY, *command]
    return Program(replica.name, command, environment, stop_seconds=30)


def upstreams(scale: Scale, ports: Ports) -> dict[str, list[str]]:
    """Where the edge finds the API replicas of each service."""
    found: dict[str, list[str]] = {service.name: [] for service in SERVICES}
    for replica in scale.replicas():
        if replica.role == "api":
            found[replica.service.name].append(f"127.0.0.1:{replica.port(ports).number}")
    return found
