"""Departments and their systems over HTTP: versions, events, and a broker that may be away."""

import asyncio

import pytest
from sqlalchemy import select

from identity.store import delivery
from shared.envelope import decode
from shared.events import DepartmentState, Event
from tests.identity.running import Service, fresh


async def events_of(service: Service, code: str) -> list[Event]:
    """What went into the outbox for a department, in order."""
    query = select(delivery.outbox).where(delivery.outbox.c.subject == code).order_by(delivery.outbox.c.position)
    async with service.engine.connect() as connection:
        return [decode(row.headers, row.body) for row in await connection.execute(query)]


async def test_a_new_department_is_public_at_once_and_an_event_tells_of_it(service: Service) -> None:
    code = fresh("dep")
    created = await service.as_admin("PUT", f"/api/departments/{code}", {"name": "审计局"})
    assert created.etag == '"1"'
    read = await service.call("GET", f"/api/departments/{code}")
    assert read.body == {"code": code, "name": "审计局", "active": True, "version": 1}
    assert read.etag == '"1"'
    (event,) = await events_of(service, code)
    assert (event.type, event.sequence, event.actor) == ("department.changed", 1, "someone")
    assert event.data == DepartmentState(code=code, name="审计局")


async def test_a_request_sent_again_changes_nothing(service: Service) -> None:
    code = await service.new_department()
    again = await service.as_admin("PUT", f"/api/departments/{code}", {"name": "样例局"})
    assert (again.status, again.etag) == (200, '"1"')
    same = await service.as_admin("PUT", f"/api/departments/{code}", {"name": "样例局"}, If_Match='"1"')
    assert (same.status, same.etag) == (200, '"1"')
    assert len(await events_of(service, code)) == 1


async def test_a_change_needs_the_version_it_is_based_on(service: Service) -> None:
    code = await service.new_department()
    path, body = f"/api/departments/{code}", {"name": "新名"}
    assert (await service.as_admin("PUT", path, body)).status == 428
    assert (await service.as_admin("PUT", path, body, If_Match='"7"')).status == 412
    assert (await service.as_admin("PUT", path, body, If_Match="abc")).status == 412
    changed = await service.as_admin("PUT", path, body, If_Match='"1"')
    assert (changed.status, changed.etag) == (200, '"2"')
    assert [event.sequence for event in await events_of(service, code)] == [1, 2]


async def test_changing_what_does_not_exist_is_not_creating_it(service: Service) -> None:
    code = fresh("dep")
    assert (await service.as_admin("PUT", f"/api/departments/{code}", {"name": "名"}, If_Match='"1"')).status == 404
    assert (await service.call("GET", f"/api/departments/{code}")).status == 404


@pytest.mark.parametrize("code", ["A", "a.b", "%2A", "a%00b", "x" * 40, "审计局"])
async def test_a_malformed_code_is_refused_in_words(service: Service, code: str) -> None:
    answer = await service.as_admin("PUT", f"/api/departments/{code}", {"name": "名"})
    assert (answer.status, answer.body["field"]) == (422, "code")
    assert "小写字母" in answer.body["detail"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "a\x00b"}, {"name": "名", "activ": True}, [], "名", None])
async def test_a_malformed_department_changes_nothing(service: Service, body: object) -> None:
    code = fresh("dep")
    assert (await service.as_admin("PUT", f"/api/departments/{code}", body)).status == 422
    assert (await service.call("GET", f"/api/departments/{code}")).status == 404


async def test_departments_are_listed_page_by_page(service: Service) -> None:
    codes = {await service.new_department() for _ in range(5)}
    seen: list[str] = []
    cursor = ""
    while True:
        page = await service.call("GET", f"/api/departments?limit=2&cursor={cursor}")
        seen += [item["code"] for item in page.body["items"]]
        if page.body["next_cursor"] is None:
            break
        cursor = page.body["next_cursor"]
    assert seen == sorted(set(seen))
    assert codes <= set(seen)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "cursor=abc", "cursor=WyJhXHUwMDAwIl0", "cursor=WzFd"])
async def test_a_bad_page_is_refused(service: Service, query: str) -> None:
    assert (await service.call("GET", f"/api/departments?{query}")).status == 422


async def test_a_system_gets_its_secrets_once_and_access_to_the_broker(service: Service) -> None:
    code = await service.new_department()
    system = await service.new_system(code)
    assert set(system) == {"client_id", "client_secret", "broker_user", "broker_password"}
    assert system["broker_user"] == f"dept_{code}"
    key = f"{code}.document.submit"
    assert await service.broker.accepts_message(code, system["broker_password"], key)
    listed = await service.as_admin("GET", f"/api/departments/{code}/systems")
    shown = {"client_id": system["client_id"], "name": "业务系统", "broker_user": f"dept_{code}"}
    assert listed.body["items"] == [{**shown, "trusted": False, "active": True}]
    assert listed.etag == '"2"'
    last = (await events_of(service, code))[-1]
    assert last.sequence == 2
    assert system["client_secret"] not in last.data.model_dump_json()


async def test_a_second_active_system_is_refused_and_the_first_keeps_its_access(service: Service) -> None:
    code = await service.new_department()
    first = await service.new_system(code)
    second = await service.as_admin("POST", f"/api/departments/{code}/systems", {"name": "另一系统"})
    assert (second.status, second.body["type"]) == (409, "/problems/active-system-exists")
    assert await service.broker.accepts_message(code, first["broker_password"], f"{code}.document.submit")


async def test_two_administrators_at_once_make_one_system_whose_secrets_work(service: Service) -> None:
    code = await service.new_department()
    path = f"/api/departments/{code}/systems"
    answers = await asyncio.gather(*(service.as_admin("POST", path, {"name": "系统"}) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    (made,) = [answer.body for answer in answers if answer.status == 201]
    assert await service.broker.accepts_message(code, made["broker_password"], f"{code}.document.submit")
    assert (await service.client_token(made["client_id"], made["client_secret"])).status == 200


async def test_an_answer_lost_on_the_way_can_be_asked_for_again(service: Service) -> None:
    code = await service.new_department()
    lost = await service.new_system(code, Idempotency_Key="one")
    again = await service.new_system(code, Idempotency_Key="one")
    assert again["client_id"] == lost["client_id"]
    assert (await service.client_token(again["client_id"], again["client_secret"])).status == 200
    assert (await service.client_token(lost["client_id"], lost["client_secret"])).status == 401
    other = {"name": "别的系统"}
    misused = await service.as_admin("POST", f"/api/departments/{code}/systems", other, Idempotency_Key="one")
    assert misused.status == 409
    assert len(await events_of(service, code)) == 2


async def test_without_the_broker_no_system_is_made_and_a_retry_works(service: Service) -> None:
    code = await service.new_department()
    service.broker.away = True
    refused = await service.as_admin("POST", f"/api/departments/{code}/systems", {"name": "系统"})
    service.broker.away = False
    assert (refused.status, refused.body["type"]) == (503, "/problems/unavailable")
    assert (await service.as_admin("GET", f"/api/departments/{code}/systems")).body["items"] == []
    assert len(await events_of(service, code)) == 1
    assert (await service.new_system(code))["broker_user"] == f"dept_{code}"


async def test_without_the_broker_a_system_is_not_switched_off_by_half(service: Service) -> None:
    code = await service.new_department()
    system = await service.new_system(code)
    path = f"/api/departments/{code}/systems/{system['client_id']}"
    off = {"trusted": False, "active": False}
    service.broker.away = True
    refused = await service.as_admin("PUT", path, off, If_Match='"2"')
    service.broker.away = False
    assert refused.status == 503
    assert (await service.client_token(system["client_id"], system["client_secret"])).status == 200
    assert (await service.as_admin("PUT", path, off, If_Match='"2"')).status == 200


async def test_switching_off_shuts_the_broker_too_and_on_restores_it(service: Service) -> None:
    code = await service.new_department()
    system = await service.new_system(code)
    path, key = f"/api/departments/{code}", f"{code}.document.submit"
    own = f"{path}/systems/{system['client_id']}"

    async def admitted() -> bool:
        return await service.broker.accepts_message(code, system["broker_password"], key)

    await service.as_admin("PUT", own, {"trusted": True, "active": False}, If_Match='"2"')
    assert not await admitted()
    await service.as_admin("PUT", own, {"trusted": True, "active": True}, If_Match='"3"')
    assert await admitted()
    await service.as_admin("PUT", path, {"name": "样例局", "active": False}, If_Match='"4"')
    assert not await admitted()
    await service.as_admin("PUT", path, {"name": "样例局", "active": True}, If_Match='"5"')
    assert await admitted()
    assert [event.sequence for event in await events_of(service, code)] == [1, 2, 3, 4, 5, 6]


async def test_rotation_ends_both_old_secrets_and_changes_nothing_public(service: Service) -> None:
    code = await service.new_department()
    old = await service.new_system(code)
    rotated = await service.as_admin("POST", f"/api/departments/{code}/systems/{old['client_id']}/rotate")
    assert (rotated.status, rotated.headers["cache-control"]) == (200, "no-store")
    new, key = rotated.body, f"{code}.document.submit"
    assert (await service.client_token(old["client_id"], old["client_secret"])).status == 401
    assert (await service.client_token(new["client_id"], new["client_secret"])).status == 200
    assert not await service.broker.accepts_message(code, old["broker_password"], key)
    assert await service.broker.accepts_message(code, new["broker_password"], key)
    assert len(await events_of(service, code)) == 2


async def test_a_system_is_known_only_under_its_own_department(service: Service) -> None:
    one, other = await service.new_department(), await service.new_department()
    system = await service.new_system(one)
    path = f"/api/departments/{other}/systems/{system['client_id']}"
    assert (await service.as_admin("POST", f"{path}/rotate")).status == 404
    body = {"trusted": True, "active": True}
    assert (await service.as_admin("PUT", path, body, If_Match='"1"')).status == 404
    odd = f"/api/departments/{one}/systems/%00{{x}}/rotate"
    assert (await service.as_admin("POST", odd)).status == 404


async def test_readiness_asks_the_database_only(service: Service) -> None:
    assert (await service.call("GET", "/health/ready")).body == {"status": "ready", "missing": {}}
