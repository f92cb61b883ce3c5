"""Staff members: created and changed by an administrator; sessions end when access is lost or renewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from identity.domain.staff import (
    Grant,
    PasswordMissing,
    Staff,
    check_password,
    checked_grants,
    checked_username,
)
from identity.handlers.versions import check_absent, check_version


class People(Protocol):
    async def lock(self) -> None: ...
    async def get(self, username: str) -> Staff | None: ...
    async def add(self, person: Staff) -> None: ...
    async def save(self, person: Staff) -> None: ...
    async def count_administrators_besides(self, username: str) -> int: ...


class DepartmentCodes(Protocol):
    async def codes(self) -> frozenset[str]: ...


class Sessions(Protocol):
    async def end_all_of(self, username: str) -> None: ...


class Hashing(Protocol):
    async def hash(self, password: str) -> str: ...
    async def matches(self, password_hash: str | None, password: str) -> bool: ...


@dataclass(frozen=True)
class PutStaff:
    """A password of None leaves the present one."""

    username: str
    name: str
    grants: Iterable[Grant]
    password: str | None
    active: bool
    expected: int | None


async def put_staff(
    command: PutStaff, people: People, departments: DepartmentCodes, sessions: Sessions, passwords: Hashing
) -> Staff:
    """Create a staff member, or change one; asking for what already is changes nothing."""
    grants = checked_grants(command.grants, await departments.codes())
    if command.password is not None:
        check_password(command.password, checked_username(command.username))
    await people.lock()
    present = await people.get(command.username)
    if present is None:
        return await _create(command, grants, people, passwords)
    new_hash = await _changed_password(command.password, present, passwords)
    changed = present.changed_to(command.name, grants, command.active, new_hash)
    if changed is present and command.expected is None:
        return present
    check_version(command.expected, present.version)
    return await _change(present, changed, people, sessions)


async def _create(command: PutStaff, grants: frozenset[Grant], people: People, passwords: Hashing) -> Staff:
    check_absent(command.expected)
    if command.password is None:
        raise PasswordMissing(field="password")
    hashed = await passwords.hash(command.password)
    person = Staff.new(command.username, command.name, grants, hashed, command.active)
    await people.add(person)
    return person


async def _changed_password(password: str | None, present: Staff, passwords: Hashing) -> str | None:
    if password is None or await passwords.matches(present.password_hash, password):
        return None
    return await passwords.hash(password)


async def _change(before: Staff, after: Staff, people: People, sessions: Sessions) -> Staff:
    others = await people.count_administrators_besides(before.username)
    before.check_leaves_administrator(after, others)
    await people.save(after)
    if not after.active or after.password_hash != before.password_hash:
        await sessions.end_all_of(after.username)
    return after
