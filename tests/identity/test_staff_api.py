"""Staff over HTTP: what an administrator can do, and what nobody can."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from shared.roles import Role
from tests.identity.running import GOOD_PASSWORD, Service, fresh

BODY: dict[str, Any] = {"name": "林知秋", "grants": [["author", "*"]], "password": GOOD_PASSWORD, "active": True}


async def test_a_new_person_can_sign_in_and_is_shown_without_password(service: Service) -> None:
    username = fresh("person")
    created = await service.as_admin("PUT", f"/api/staff/{username}", {**BODY, "username": username})
    shown = {"username": username, "name": "林知秋", "active": True, "grants": [["author", "*"]], "version": 1}
    assert (created.status, created.body, created.etag) == (200, shown, '"1"')
    assert (await service.as_admin("GET", f"/api/staff/{username}")).body == shown
    assert shown in (await service.as_admin("GET", "/api/staff")).body["items"]
    assert (await service.sign_in(username)).status == 201


async def test_the_password_is_stored_as_argon2id_only(service: Service) -> None:
    await service.new_person()
    async with service.engine.connect() as connection:
        rows = (await connection.execute(text("select staff::text from staff"))).scalars().all()
    assert rows
    assert all("$argon2id$" in row and GOOD_PASSWORD not in row for row in rows)


async def test_a_request_sent_again_changes_nothing(service: Service) -> None:
    username = fresh("person")
    answers = [await service.as_admin("PUT", f"/api/staff/{username}", BODY) for _ in range(2)]
    assert [answer.etag for answer in answers] == ['"1"', '"1"']


async def test_the_same_person_created_by_many_at_once_is_created_once(service: Service) -> None:
    path = f"/api/staff/{fresh('person')}"
    answers = await asyncio.gather(*(service.as_admin("PUT", path, BODY) for _ in range(4)))
    assert [(answer.status, answer.etag) for answer in answers] == [(200, '"1"')] * 4


async def test_a_change_needs_the_version_it_is_based_on(service: Service) -> None:
    path = f"/api/staff/{await service.new_person()}"
    body = {"name": "新名", "grants": []}
    assert (await service.as_admin("PUT", path, body)).status == 428
    assert (await service.as_admin("PUT", path, body, If_Match='"2"')).status == 412
    assert (await service.as_admin("PUT", path, body, If_Match='"1"')).etag == '"2"'
    assert (await service.as_admin("PUT", f"/api/staff/{fresh('no')}", body, If_Match='"1"')).status == 404


async def test_a_change_without_a_password_keeps_it_and_the_sessions(service: Service) -> None:
    username = await service.new_person()
    session = (await service.sign_in(username)).body["session"]
    body = {"name": "新名", "grants": [["chief", "*"]]}
    assert (await service.as_admin("PUT", f"/api/staff/{username}", body, If_Match='"1"')).status == 200
    assert (await service.current(session)).body["principal"]["grants"] == [["chief", "*"]]


@pytest.mark.parametrize("change", [{"password": "Another-Lantern-43"}, {"active": False}])
async def test_a_new_password_or_a_deactivation_ends_every_session(service: Service, change: dict[str, Any]) -> None:
    username = await service.new_person()
    sessions = [(await service.sign_in(username)).body["session"] for _ in range(2)]
    body = {"name": "林知秋", "grants": [], **change}
    assert (await service.as_admin("PUT", f"/api/staff/{username}", body, If_Match='"1"')).status == 200
    assert [(await service.current(session)).status for session in sessions] == [401, 401]
    assert (await service.sign_in(username)).status == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": None}, "password"),
        ({"grants": [["department_system", "*"]]}, "grants"),
        ({"grants": [["author", "no_such_department"]]}, "grants"),
        ({"grants": [["king", "*"]]}, "grants.0.0"),
        ({"grants": [["author"]]}, "grants.0.1"),
        ({"name": ""}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"username": "somebody_else"}, "username"),
        ({"admin": True}, "admin"),
    ],
)
async def test_a_malformed_person_is_refused_by_field(service: Service, change: dict[str, Any], field: str) -> None:
    username = fresh("person")
    answer = await service.as_admin("PUT", f"/api/staff/{username}", {**BODY, **change})
    assert (answer.status, answer.body["field"]) == (422, field)
    assert (await service.as_admin("GET", f"/api/staff/{username}")).status == 404


async def test_of_administrators_who_retire_each_other_at_once_one_remains(service: Service) -> None:
    async with service.engine.begin() as connection:
        await connection.execute(text("update staff set active = false"))
    names = [await service.new_person((Role.ADMIN, "*")) for _ in range(3)]
    body = {"name": "林知秋", "grants": [["admin", "*"]], "active": False}
    answers = await asyncio.gather(
        *(service.as_admin("PUT", f"/api/staff/{name}", body, If_Match='"1"') for name in names)
    )
    assert sorted(answer.status for answer in answers) == [200, 200, 409]
    (refused,) = [answer.body for answer in answers if answer.status == 409]
    assert refused["type"] == "/problems/last-administrator"
