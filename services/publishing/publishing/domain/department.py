"""Who may submit for a department: its active systems, and whether we publish what they send unread."""

from dataclasses import dataclass

from shared.events import DepartmentSystem


@dataclass(frozen=True, slots=True)
class Sender:
    """A department's system whose identity has been proved."""

    department: str
    department_name: str
    name: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Department:
    """A department as identity's events tell of it."""

    code: str
    name: str
    active: bool
    systems: tuple[DepartmentSystem, ...] = ()

    def systems_of(self, broker_user: str) -> tuple[DepartmentSystem, ...]:
        """Its active systems that use this broker user."""
        if not self.active:
            return ()
        return tuple(system for system in self.systems if system.active and system.broker_user == broker_user)

    def sender_on_broker(self, broker_user: str) -> Sender | None:
        """The sender behind a broker user; trusted only if every system that shares the user is."""
        systems = self.systems_of(broker_user)
        if not systems:
            return None
        return Sender(self.code, self.name, broker_user, all(system.trusted for system in systems))

    def sender_over_http(self, client_id: str) -> Sender | None:
        """The sender behind a client id."""
        for system in self.systems if self.active else ():
            if system.active and system.client_id == client_id:
                return Sender(self.code, self.name, client_id, system.trusted)
        return None
