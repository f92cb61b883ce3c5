"""Signing in and out, and tokens for clients, over HTTP."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.roles import Role
from tests.identity.running import GOOD_PASSWORD, Service, fresh


async def shift(service: Service, table: str, column: str, by: timedelta) -> None:
    """Let time pass for what is stored."""
    async with service.engine.begin() as connection:
        await connection.execute(text(f"update {table} set {column} = {column} - cast(:by as interval)"), {"by": by})  # noqa: S608


async def test_a_person_signs_in_and_gets_a_session_with_its_csrf_token(service: Service) -> None:
    username = await service.new_person((Role.SUPERVISOR, "*"))
    answer = await service.sign_in(username)
    assert answer.status == 201
    assert answer.body["principal"] == {"subject": username, "name": "林知秋", "grants": [["supervisor", "*"]]}
    assert answer.headers["cache-control"] == "no-store"
    current = await service.current(answer.body["session"])
    assert current.status == 200
    assert current.body["csrf"] == answer.body["csrf"]
    assert current.body["principal"] == answer.body["principal"]
    assert (await service.call("GET", "/api/staff", token=current.body["token"])).status == 403


async def test_the_token_of_an_administrators_session_opens_the_staff_list(service: Service) -> None:
    session = (await service.sign_in(await service.new_person((Role.ADMIN, "*")))).body["session"]
    token = (await service.current(session)).body["token"]
    assert (await service.call("GET", "/api/staff", token=token)).status == 200


async def test_a_name_typed_with_capitals_and_blanks_is_the_same_name(service: Service) -> None:
    username = await service.new_person()
    assert (await service.sign_in(f" {username.upper()} ")).status == 201


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(service: Service) -> None:
    username = await service.new_person()
    wrong = await service.sign_in(username, "Not-The-Password-1")
    unknown = await service.sign_in(fresh("person"), GOOD_PASSWORD)
    odd = await service.sign_in("没有\x00此人", GOOD_PASSWORD)
    assert wrong.status == unknown.status == odd.status == 401
    assert wrong.body == unknown.body == odd.body


@pytest.mark.parametrize("known", [True, False])
async def test_five_failures_lock_a_name_known_or_not_and_say_for_how_long(service: Service, known: bool) -> None:
    username = await service.new_person() if known else fresh("person")
    for _ in range(5):
        assert (await service.sign_in(username, "Not-The-Password-1")).status == 401
    locked = await service.sign_in(username)
    assert locked.status == 429
    assert 25 <= locked.body["retry_after"] <= 30
    assert locked.headers["retry-after"] == str(locked.body["retry_after"])
    await shift(service, "sign_in_failures", "last", timedelta(seconds=31))
    assert (await service.sign_in(username)).status == (201 if known else 401)


async def test_a_sixth_failure_locks_for_twice_as_long(service: Service) -> None:
    username = await service.new_person()
    for _ in range(5):
        await service.sign_in(username, "Not-The-Password-1")
    await shift(service, "sign_in_failures", "last", timedelta(seconds=31))
    assert (await service.sign_in(username, "Not-The-Password-1")).status == 401
    assert 55 <= (await service.sign_in(username)).body["retry_after"] <= 60


async def test_a_success_takes_the_failures_back(service: Service) -> None:
    username = await service.new_person()
    for _ in range(3):
        for _ in range(4):
            assert (await service.sign_in(username, "Not-The-Password-1")).status == 401
        assert (await service.sign_in(username)).status == 201


async def test_a_crowd_of_guesses_at_once_gets_five_tries(service: Service) -> None:
    username = await service.new_person()
    answers = await asyncio.gather(*(service.sign_in(username, f"Guess-Number-{n:04}") for n in range(20)))
    assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 15


async def test_a_session_ends_on_request_and_ending_it_again_is_no_error(service: Service) -> None:
    session = (await service.sign_in(await service.new_person())).body["session"]
    for _ in range(2):
        assert (await service.call("POST", "/internal/sessions/end", {"session": session})).status == 204
        assert (await service.current(session)).status == 401


async def test_a_session_unseen_for_an_hour_is_over_and_one_in_use_is_not(service: Service) -> None:
    session = (await service.sign_in(await service.new_person())).body["session"]
    await shift(service, "sessions", "seen_at", timedelta(minutes=50))
    assert (await service.current(session)).status == 200
    await shift(service, "sessions", "seen_at", timedelta(minutes=50))
    assert (await service.current(session)).status == 200
    await shift(service, "sessions", "seen_at", timedelta(minutes=61))
    assert (await service.current(session)).status == 401


async def test_a_session_is_over_after_twelve_hours_whatever_its_use(service: Service) -> None:
    session = (await service.sign_in(await service.new_person())).body["session"]
    await shift(service, "sessions", "started_at", timedelta(hours=12))
    assert (await service.current(session)).status == 401


async def test_the_sessions_id_is_stored_nowhere(service: Service) -> None:
    session = (await service.sign_in(await service.new_person())).body["session"]
    async with service.engine.connect() as connection:
        stored = (await connection.execute(text("select sessions::text from sessions"))).scalars().all()
    assert stored
    assert not any(session in row for row in stored)


@pytest.mark.parametrize("session", ["", "nonsense", "\x00", "会话"])
async def test_a_session_that_is_none_is_refused(service: Service, session: str) -> None:
    assert (await service.current(session)).status == 401


async def test_a_system_gets_a_token_for_its_department(service: Service) -> None:
    code = await service.new_department()
    system = await service.new_system(code)
    answer = await service.client_token(system["client_id"], system["client_secret"])
    assert answer.status == 200
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 300)
    assert answer.headers["cache-control"] == "no-store"
    assert (await service.call("GET", "/api/staff", token=answer.body["access_token"])).status == 403


async def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(service: Service) -> None:
    system = await service.new_system(await service.new_department())
    wrong = await service.client_token(system["client_id"], "wrong")
    unknown = await service.client_token("system:nobody:1", system["client_secret"])
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert wrong.body["error"] == "invalid_client"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password", "client_id": "a", "client_secret": "b"},
        {"grant_type": "client_credentials", "client_id": "a\x00", "client_secret": "b"},
        {"grant_type": "client_credentials", "client_id": "a" * 1000, "client_secret": "b"},
    ],
)
async def test_a_malformed_token_request_is_refused_clearly(service: Service, form: dict[str, str]) -> None:
    answer = await service.call("POST", "/api/token", form=form)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_deactivated_system_or_department_gets_no_token(service: Service) -> None:
    code = await service.new_department()
    system = await service.new_system(code)
    path = f"/api/departments/{code}"
    off = {"trusted": False, "active": False}
    changed = await service.as_admin("PUT", f"{path}/systems/{system['client_id']}", off, If_Match='"2"')
    assert changed.status == 200
    assert (await service.client_token(system["client_id"], system["client_secret"])).status == 401
    on = {"trusted": False, "active": True}
    await service.as_admin("PUT", f"{path}/systems/{system['client_id']}", on, If_Match='"3"')
    assert (await service.client_token(system["client_id"], system["client_secret"])).status == 200
    await service.as_admin("PUT", path, {"name": "样例局", "active": False}, If_Match='"4"')
    assert (await service.client_token(system["client_id"], system["client_secret"])).status == 401
