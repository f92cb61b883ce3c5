"""Staff members, their roles, and what a password must be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from identity.domain.departments import checked_name
from shared.roles import EVERY_DEPARTMENT, ROLE_LABELS, SYSTEM_ROLES, Role
from shared.rules import DomainError

USERNAME_PATTERN = r"^[a-z][a-z0-9._-]{1,31}$"
PASSWORD_LENGTHS = (12, 128)
LONG_PASSWORD = 16

Grant = tuple[Role, str]
"""A role and the code of the department it is held for, or `*` for every department."""


class MalformedUsername(DomainError):
    """用户名须以小写字母开头，由 2 到 32 个小写字母、数字、点、横线或下划线组成"""

    status = 422


class WeakPassword(DomainError):
    """密码不合要求：{reason}"""

    status = 422


class PasswordMissing(DomainError):
    """新建人员须设置密码"""

    status = 422


class UngrantableRole(DomainError):
    """角色“{role}”不能授予人员"""

    status = 422


class UnknownDepartments(DomainError):
    """没有这些部门：{departments}"""

    status = 422


class LastAdministrator(DomainError):
    """{username} 是最后一名启用的管理员，不能停用或收回其权限"""


def is_username(text: str) -> bool:
    """Whether anybody could have this user name."""
    return re.fullmatch(USERNAME_PATTERN, text) is not None


def checked_username(username: str) -> str:
    """A staff member's user name, unchanged. Raises MalformedUsername."""
    if not is_username(username):
        raise MalformedUsername(field="username")
    return username


def checked_grants(grants: Iterable[Grant], departments: frozenset[str]) -> frozenset[Grant]:
    """Grants a person may hold for departments that exist. Raises UngrantableRole, UnknownDepartments."""
    wanted = frozenset(grants)
    for role in sorted(SYSTEM_ROLES & {role for role, _ in wanted}):
        raise UngrantableRole(role=ROLE_LABELS[role], field="grants")
    unknown = {where for _, where in wanted} - departments - {EVERY_DEPARTMENT}
    if unknown:
        raise UnknownDepartments(departments="、".join(sorted(unknown)), field="grants")
    return wanted


def check_password(password: str, username: str) -> None:
    """Raise WeakPassword unless the password meets the policy.

    At least 12 characters of three kinds, or 16 of any; not the user name, and not a few signs repeated.
    """
    shortest, longest = PASSWORD_LENGTHS
    problem = None
    if len(password) < shortest:
        problem = f"至少 {shortest} 个字符"
    elif len(password) > longest:
        problem = f"最多 {longest} 个字符"
    elif username.casefold() in password.casefold():
        problem = "不能包含用户名"
    elif len(set(password)) < 6:
        problem = "重复的字符过多"
    elif len(password) < LONG_PASSWORD and _kinds(password) < 3:
        problem = f"大写字母、小写字母、数字、其他字符至少三种，或不少于 {LONG_PASSWORD} 个字符"
    if problem:
        raise WeakPassword(reason=problem, field="password")


def _kinds(password: str) -> int:
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
    return sum(bool(re.search(kind, password)) for kind in kinds)


@dataclass(frozen=True)
class Staff:
    """A person who may sign in. `password_hash` is argon2id in its PHC form."""

    username: str
    name: str
    grants: frozenset[Grant]
    password_hash: str
    active: bool = True
    version: int = 1

    @classmethod
    def new(cls, username: str, name: str, grants: frozenset[Grant], password_hash: str, active: bool) -> "Staff":
        return cls(checked_username(username), checked_name(name), grants, password_hash, active)

    @property
    def is_administrator(self) -> bool:
        """Whether this person can administer everything today."""
        return self.active and (Role.ADMIN, EVERY_DEPARTMENT) in self.grants

    def changed_to(self, name: str, grants: frozenset[Grant], active: bool, password_hash: str | None) -> "Staff":
        """The person with these properties, a version later; itself when nothing differs."""
        changed = replace(
            self,
            name=checked_name(name),
            grants=grants,
            active=active,
            password_hash=password_hash or self.password_hash,
        )
        return self if changed == self else replace(changed, version=self.version + 1)

    def check_leaves_administrator(self, changed: "Staff", others: int) -> None:
        """Raise LastAdministrator if the change would leave nobody who can administer."""
        if self.is_administrator and not changed.is_administrator and others == 0:
            raise LastAdministrator(username=self.username)
