"""Departments and their systems. A department is the aggregate; its version counts every change to either."""

import re
from dataclasses import dataclass, replace

from shared.events import DepartmentState, DepartmentSystem, Event
from shared.rules import DomainError

CODE_PATTERN = r"^[a-z][a-z0-9_]{1,31}$"
NAME_LENGTH = 100


class MalformedCode(DomainError):
    """部门代码须以小写字母开头，由 2 到 32 个小写字母、数字或下划线组成"""

    status = 422


class MalformedName(DomainError):
    """名称须有 1 到 100 个字符，不含控制字符"""

    status = 422


class DepartmentInactive(DomainError):
    """部门 {department} 已停用"""


class SystemInactive(DomainError):
    """系统 {client_id} 已停用；启用后才能轮换密钥"""


class ActiveSystemExists(DomainError):
    """部门 {department} 已有启用的系统 {client_id}；请轮换其密钥，或先将其停用"""


class UnknownSystem(DomainError):
    """部门 {department} 没有系统 {client_id}"""

    status = 404
    problem_type = "not-found"


def checked_code(code: str) -> str:
    """A department's code, unchanged; it names a broker user, a queue and routing keys.

    Raises MalformedCode.
    """
    if not re.fullmatch(CODE_PATTERN, code):
        raise MalformedCode(field="code")
    return code


def checked_name(name: str) -> str:
    """A name people read, without surrounding blanks. Raises MalformedName."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= NAME_LENGTH or not trimmed.isprintable():
        raise MalformedName(field="name")
    return trimmed


@dataclass(frozen=True)
class System:
    """A department's own system. `trusted` lets its documents be published without review.

    Its secret is 256 random bits, so a plain SHA-256 of it is kept: there is nothing to guess.
    """

    client_id: str
    name: str
    secret_hash: str
    trusted: bool = False
    active: bool = True


@dataclass(frozen=True)
class Department:
    """A department; at most one of its systems is active, because they share one broker user."""

    code: str
    name: str
    active: bool = True
    version: int = 0
    systems: tuple[System, ...] = ()

    @classmethod
    def new(cls, code: str, name: str, active: bool) -> "Department":
        return cls(checked_code(code), checked_name(name), active, version=1)

    @property
    def broker_user(self) -> str:
        return f"dept_{self.code}"

    @property
    def active_system(self) -> System | None:
        return next((system for system in self.systems if system.active), None)

    @property
    def may_use_broker(self) -> bool:
        return self.active and self.active_system is not None

    def system(self, client_id: str) -> System:
        """Raises UnknownSystem."""
        for system in self.systems:
            if system.client_id == client_id:
                return system
        raise UnknownSystem(department=self.code, client_id=client_id)

    def changed_to(self, name: str, active: bool) -> "Department":
        """The department with this name and state; itself when nothing differs."""
        return self._next(replace(self, name=checked_name(name), active=active))

    def with_system(self, system: System) -> "Department":
        """The department with one more system. Raises DepartmentInactive, ActiveSystemExists."""
        self._require_active()
        self._require_place_for(system.client_id)
        return self._next(replace(self, systems=(*self.systems, system)))

    def with_system_changed(self, client_id: str, trusted: bool, active: bool) -> "Department":
        """The department with a system's trust and state set. Raises UnknownSystem, ActiveSystemExists."""
        changed = replace(self.system(client_id), trusted=trusted, active=active)
        if active:
            self._require_place_for(client_id)
        return self._next(replace(self, systems=self._replaced(changed)))

    def with_secret(self, client_id: str, secret_hash: str) -> "Department":
        """The department with a system's secret replaced: no new version, nothing public has changed.

        Raises UnknownSystem, DepartmentInactive, SystemInactive.
        """
        system = self.system(client_id)
        self._require_active()
        if not system.active:
            raise SystemInactive(client_id=client_id)
        return replace(self, systems=self._replaced(replace(system, secret_hash=secret_hash)))

    def fact(self, actor: str) -> Event:
        """The event that tells of this version."""
        return Event("department.changed", self.code, self.version, self.state(), actor)

    def state(self) -> DepartmentState:
        """What everyone may know of the department."""
        systems = tuple(
            DepartmentSystem(
                client_id=system.client_id,
                broker_user=self.broker_user,
                trusted=system.trusted,
                active=system.active,
            )
            for system in self.systems
        )
        return DepartmentState(code=self.code, name=self.name, active=self.active, systems=systems)

    def _next(self, changed: "Department") -> "Department":
        return self if changed == self else replace(changed, version=self.version + 1)

    def _replaced(self, changed: System) -> tuple[System, ...]:
        return tuple(changed if one.client_id == changed.client_id else one for one in self.systems)

    def _require_active(self) -> None:
        if not self.active:
            raise DepartmentInactive(department=self.code)

    def _require_place_for(self, client_id: str) -> None:
        holder = self.active_system
        if holder is not None and holder.client_id != client_id:
            raise ActiveSystemExists(department=self.code, client_id=holder.client_id)
