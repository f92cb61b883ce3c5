"""The services of Sunlight as the launcher sees them: names, roles and where their ports start."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["api", "worker"]
WORKER_OFFSET = 100


@dataclass(frozen=True)
class Service:
    """One service: `name` is its package, its database, its broker user and the head of its programs."""

    name: str
    folder: str
    port_offset: int
    roles: tuple[Role, ...] = ("api", "worker")
    has_database: bool = True
    patient: bool = False  # its worker only counts what others publish, and yields the processor to them

    @property
    def has_broker_user(self) -> bool:
        return "worker" in self.roles


SERVICES = (
    Service("identity", "identity", 20),
    Service("catalog", "catalog", 30, patient=True),
    Service("publishing", "publishing", 40),
    Service("intake", "request-intake", 50),
    Service("search", "search", 60),
    Service("supervision", "supervision", 70, patient=True),
    Service("portal", "portal", 80, roles=("api",), has_database=False),
)
BY_NAME = {service.name: service for service in SERVICES}
DATABASES = tuple(service.name for service in SERVICES if service.has_database)
# Services that call others in their own name, not in a person's.
SERVICE_CLIENTS = ("search",)
BROKER_USERS = tuple(service.name for service in SERVICES if service.has_broker_user)
