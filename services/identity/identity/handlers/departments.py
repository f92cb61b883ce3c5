"""Departments and their systems: every change of public state is an event; the broker follows first.

The broker's users lie outside the transaction. They are changed before the commit and every step can be
repeated, so a failure on either side leaves the database as it was, and the same request works later.
"""

import secrets
from dataclasses import dataclass
from typing import Protocol

from identity.domain.departments import Department, System, checked_name
from identity.domain.sign_in import new_secret, secret_hash
from identity.handlers.versions import check_absent, check_version
from shared.events import Event
from shared.problems import Conflict, NotFound, StaleVersion


class Departments(Protocol):
    async def get_locked(self, code: str) -> Department | None: ...
    async def add(self, department: Department) -> bool: ...
    async def save(self, department: Department) -> None: ...


class BrokerUsers(Protocol):
    """Departments' users on the broker; each call may be repeated, and raises Unavailable when it fails."""

    async def open(self, code: str, password: str) -> None: ...
    async def resume(self, code: str) -> None: ...
    async def suspend(self, code: str) -> None: ...


class IssuedBefore(Protocol):
    """Which system an Idempotency-Key of a caller made, with the fingerprint of what was asked."""

    async def get(self, key: str, caller: str) -> tuple[str, str] | None: ...
    async def keep(self, key: str, caller: str, fingerprint: str, client_id: str) -> None: ...


class Events(Protocol):
    async def add(self, *events: Event) -> None: ...


@dataclass(frozen=True)
class PutDepartment:
    code: str
    name: str
    active: bool
    expected: int | None
    actor: str


@dataclass(frozen=True)
class AddSystem:
    code: str
    name: str
    trusted: bool
    actor: str

    @property
    def fingerprint(self) -> str:
        return f"{self.code} {self.trusted} {self.name}"


@dataclass(frozen=True)
class ChangeSystem:
    code: str
    client_id: str
    trusted: bool
    active: bool
    expected: int
    actor: str


@dataclass(frozen=True)
class IssuedSecrets:
    """What a department's system signs in with; shown once, kept nowhere."""

    department: Department
    client_id: str
    client_secret: str
    broker_password: str


async def put_department(
    command: PutDepartment, departments: Departments, broker: BrokerUsers, outbox: Events
) -> Department:
    """Create a department, or change it; asking for what already is changes nothing."""
    present = await departments.get_locked(command.code)
    if present is None:
        return await _create(command, departments, outbox)
    changed = present.changed_to(command.name, command.active)
    if changed is present and command.expected is None:
        return present
    check_version(command.expected, present.version)
    return await _change(present, changed, command.actor, departments, broker, outbox)


async def add_system(
    command: AddSystem, departments: Departments, broker: BrokerUsers, outbox: Events
) -> IssuedSecrets:
    """Give a department a system with secrets of its own."""
    department = await _department(command.code, departments)
    client_id = f"system:{department.code}:{secrets.token_hex(4)}"
    secret, password = new_secret(), new_secret()
    system = System(client_id, checked_name(command.name), secret_hash(secret), command.trusted)
    changed = department.with_system(system)
    await broker.open(changed.code, password)
    await departments.save(changed)
    await outbox.add(changed.fact(command.actor))
    return IssuedSecrets(changed, client_id, secret, password)


async def add_system_once(
    command: AddSystem,
    key: str,
    issued_before: IssuedBefore,
    departments: Departments,
    broker: BrokerUsers,
    outbox: Events,
) -> IssuedSecrets:
    """`add_system` under an Idempotency-Key.

    Asked again, it answers with the same system and fresh secrets, since none are kept.
    """
    await _department(command.code, departments)  # locked: the same request at the same time waits here
    known = await issued_before.get(key, command.actor)
    if known is None:
        issued = await add_system(command, departments, broker, outbox)
        await issued_before.keep(key, command.actor, command.fingerprint, issued.client_id)
        return issued
    fingerprint, client_id = known
    if fingerprint != command.fingerprint:
        raise Conflict("这个 Idempotency-Key 已用于另一请求")
    return await rotate_secrets(command.code, client_id, departments, broker)


async def rotate_secrets(code: str, client_id: str, departments: Departments, broker: BrokerUsers) -> IssuedSecrets:
    """Replace both secrets of an active system; the old ones end at once."""
    department = await _department(code, departments)
    secret, password = new_secret(), new_secret()
    changed = department.with_secret(client_id, secret_hash(secret))
    await broker.open(code, password)
    await departments.save(changed)
    return IssuedSecrets(changed, client_id, secret, password)


async def change_system(
    command: ChangeSystem, departments: Departments, broker: BrokerUsers, outbox: Events
) -> Department:
    """Set a system's trust, or switch it off or on again with the secrets it had."""
    department = await _department(command.code, departments)
    department.system(command.client_id)
    check_version(command.expected, department.version)
    changed = department.with_system_changed(command.client_id, command.trusted, command.active)
    return await _change(department, changed, command.actor, departments, broker, outbox)


async def _create(command: PutDepartment, departments: Departments, outbox: Events) -> Department:
    check_absent(command.expected)
    created = Department.new(command.code, command.name, command.active)
    if not await departments.add(created):
        raise StaleVersion("部门刚被他人创建")
    await outbox.add(created.fact(command.actor))
    return created


async def _change(
    before: Department,
    after: Department,
    actor: str,
    departments: Departments,
    broker: BrokerUsers,
    outbox: Events,
) -> Department:
    if after is before:
        return before
    if before.may_use_broker and not after.may_use_broker:
        await broker.suspend(after.code)
    if after.may_use_broker and not before.may_use_broker:
        await broker.resume(after.code)
    await departments.save(after)
    await outbox.add(after.fact(actor))
    return after


async def _department(code: str, departments: Departments) -> Department:
    found = await departments.get_locked(code)
    if found is None:
        raise NotFound(f"没有部门 {code}")
    return found
