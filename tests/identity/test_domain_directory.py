"""Departments, their systems and staff as rules."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.departments import (
    ActiveSystemExists,
    Department,
    DepartmentInactive,
    MalformedCode,
    MalformedName,
    System,
    SystemInactive,
    UnknownSystem,
    checked_code,
    checked_name,
)
from identity.domain.staff import (
    LastAdministrator,
    MalformedUsername,
    Staff,
    UngrantableRole,
    UnknownDepartments,
    WeakPassword,
    check_password,
    checked_grants,
    checked_username,
)
from shared.envelope import decode, encode
from shared.roles import Role

AUDIT = Department.new("audit", "审计局", active=True)
SYSTEM = System("system:audit:1", "业务系统", "hash", trusted=True)
ADMIN = Staff.new("admin", "管理员", frozenset({(Role.ADMIN, "*")}), "hash", active=True)


@given(st.text(max_size=40))
def test_a_code_is_accepted_only_if_it_is_a_plain_word(text: str) -> None:
    plain = 2 <= len(text) <= 32 and text[0] in "abcdefghijklmnopqrstuvwxyz"
    plain = plain and all(sign in "abcdefghijklmnopqrstuvwxyz0123456789_" for sign in text)
    try:
        assert checked_code(text) == text
        assert plain
    except MalformedCode:
        assert not plain


@given(st.from_regex(r"[a-z][a-z0-9_]{1,31}", fullmatch=True))
def test_an_accepted_code_stands_for_itself_in_a_regular_expression(code: str) -> None:
    assert re.escape(checked_code(code)) == code


@pytest.mark.parametrize("code", ["audit\n", "a.b", "Audit", "审计", "a", "*", "", "a-b", "_ab", "1ab"])
def test_a_code_that_could_reach_beyond_its_own_keys_is_refused(code: str) -> None:
    with pytest.raises(MalformedCode):
        checked_code(code)


@pytest.mark.parametrize("name", ["", "   ", "审" * 101, "审计\x00局", "审计\n局"])
def test_a_name_must_be_readable(name: str) -> None:
    with pytest.raises(MalformedName):
        checked_name(name)


def test_every_change_of_a_department_counts_one_version_and_no_change_none() -> None:
    renamed = AUDIT.changed_to("县审计局", active=True)
    assert (AUDIT.version, renamed.version) == (1, 2)
    assert renamed.changed_to("县审计局 ", active=True) is renamed
    assert renamed.with_system(SYSTEM).version == 3


def test_the_event_tells_the_whole_public_state_and_no_secret() -> None:
    department = AUDIT.with_system(SYSTEM)
    headers, body = encode(department.fact("admin"), "identity")
    assert b"hash" not in body
    event = decode(headers, body)
    assert (event.type, event.subject, event.sequence, event.actor) == ("department.changed", "audit", 2, "admin")
    assert event.data == department.state()
    assert department.state().systems[0].broker_user == "dept_audit"


def test_a_department_has_one_active_system_because_the_broker_user_is_shared() -> None:
    second = replace(SYSTEM, client_id="system:audit:2")
    with pytest.raises(ActiveSystemExists):
        AUDIT.with_system(SYSTEM).with_system(second)
    replaced = AUDIT.with_system(SYSTEM).with_system_changed("system:audit:1", trusted=True, active=False)
    both = replaced.with_system(second)
    with pytest.raises(ActiveSystemExists):
        both.with_system_changed("system:audit:1", trusted=True, active=True)


def test_secrets_are_given_only_to_an_active_system_of_an_active_department() -> None:
    closed = AUDIT.with_system(SYSTEM).changed_to("审计局", active=False)
    with pytest.raises(DepartmentInactive):
        closed.with_secret(SYSTEM.client_id, "new")
    with pytest.raises(DepartmentInactive):
        replace(closed, systems=()).with_system(SYSTEM)
    off = AUDIT.with_system(SYSTEM).with_system_changed(SYSTEM.client_id, trusted=True, active=False)
    with pytest.raises(SystemInactive):
        off.with_secret(SYSTEM.client_id, "new")
    with pytest.raises(UnknownSystem):
        off.with_secret("system:audit:other", "new")


def test_the_broker_is_open_only_while_department_and_system_are_active() -> None:
    open_one = AUDIT.with_system(SYSTEM)
    assert open_one.may_use_broker
    assert not AUDIT.may_use_broker
    assert not open_one.changed_to("审计局", active=False).may_use_broker
    assert not open_one.with_system_changed(SYSTEM.client_id, trusted=True, active=False).may_use_broker


@pytest.mark.parametrize("username", ["admin\n", "管理员", "Admin", "a", "a b", "-ab", "", "system:operator"])
def test_a_user_name_is_a_plain_word_and_never_looks_like_a_client(username: str) -> None:
    with pytest.raises(MalformedUsername):
        checked_username(username)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Short-1", "至少 12"),
        ("x" * 129, "最多 128"),
        ("aaaaaaaaaaaaaaaaaaaa", "重复"),
        ("onlylowercase", "三种"),
        ("My-Zhang.Wei-2026", "用户名"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword, match=reason):
        check_password(password, "zhang.wei")


@pytest.mark.parametrize("password", ["Correct-Horse1", "correct horse battery staple", "阳光政务 Open 2026 ok"])
def test_a_varied_or_a_long_password_is_accepted(password: str) -> None:
    check_password(password, "zhang.wei")


def test_a_person_cannot_hold_the_role_of_a_system_or_a_role_nowhere() -> None:
    with pytest.raises(UngrantableRole):
        checked_grants([(Role.DEPARTMENT_SYSTEM, "audit")], frozenset({"audit"}))
    with pytest.raises(UnknownDepartments, match="finance"):
        checked_grants([(Role.AUTHOR, "finance")], frozenset({"audit"}))
    assert checked_grants([(Role.CHIEF, "*")], frozenset()) == {(Role.CHIEF, "*")}


@pytest.mark.parametrize("change", [{"active": False}, {"grants": frozenset({(Role.ADMIN, "audit")})}])
def test_the_last_administrator_cannot_be_lost(change: dict[str, object]) -> None:
    fields = {"name": ADMIN.name, "grants": ADMIN.grants, "active": True, "password_hash": None}
    changed = ADMIN.changed_to(**{**fields, **change})  # type: ignore[arg-type]
    with pytest.raises(LastAdministrator):
        ADMIN.check_leaves_administrator(changed, others=0)
    ADMIN.check_leaves_administrator(changed, others=1)
