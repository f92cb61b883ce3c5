"""The staff's side over HTTP and a real database."""

import asyncio
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from intake.app import desks_of
from intake.domain.request import Actor, day_in_china
from intake.domain.states import Action, Part
from intake.domain.transitions import BY_ACTION
from intake.handlers.handling import Act, act
from intake.store.tables import applicant_reads, requests
from shared.calendar import WorkCalendar, count_working_days
from shared.events import now
from shared.roles import Role
from tests.intake.conftest import Service
from tests.intake.sample import FILING
from tests.support.waiting import until

UNKNOWN = "2026-审计-99999"
PURPOSE = {"Purpose": "%E5%8A%9E%E7%90%86%E7%AD%94%E5%A4%8D"}  # 办理答复


async def test_the_case_file_opens_only_for_a_stated_purpose_and_leaves_a_record(service: Service) -> None:
    number = (await service.file())["number"]
    path, handler = f"/api/requests/{number}/case", service.staff(Role.HANDLER, subject="乙".encode().hex())
    for purpose in ("", " ", "x", "字" * 201):
        refused = await service.ask("GET", path, params={"purpose": purpose}, headers=handler)
        assert (refused.status, refused.body["field"]) == (422, "purpose")
    opened = await service.ask("GET", path, headers={**handler, **PURPOSE})
    assert opened.body["texts"]["applicant.name"] == "张三丰标记"
    assert "register" in [act["action"] for act in opened.body["possible"]]
    async with service.engine.connect() as connection:
        query = select(applicant_reads).join(requests).where(requests.c.number == number)
        rows = (await connection.execute(query)).all()
    assert [(row.subject, row.purpose) for row in rows] == [("乙".encode().hex(), "办理答复")]
    assert "applicant.id_number" in rows[0].fields


@pytest.mark.parametrize("path", ["/api/requests", f"/api/requests/{UNKNOWN}/case?purpose=xx"])
async def test_staff_pages_need_a_sign_in_and_a_role(service: Service, path: str) -> None:
    assert (await service.ask("GET", path)).status == 401
    outsider = service.staff(Role.AUTHOR)
    assert (await service.ask("GET", path, headers=outsider)).status in (403, 404)


async def test_another_departments_case_stays_closed(service: Service) -> None:
    number = (await service.file())["number"]
    other = service.staff(Role.HANDLER, Role.REGISTRAR, Role.APPROVER, department="finance")
    case = await service.ask("GET", f"/api/requests/{number}/case?purpose=xx", headers=other)
    acted = await service.ask("POST", f"/api/requests/{number}/register", headers={**other, "If-Match": '"1"'}, json={})
    listed = await service.ask("GET", "/api/requests", headers=other)
    assert (case.status, acted.status) == (403, 403)
    assert number not in str(listed.body)


@pytest.mark.parametrize("role", list(Role))
async def test_no_role_does_what_the_table_does_not_give_it(service: Service, role: Role) -> None:
    number = (await service.file())["number"]
    for action in Action:
        answer = await service.act(number, action.value, role, 9)
        allowed = role in {part.value for part in BY_ACTION[action].parts - {Part.APPLICANT}}
        known = role in (Role.REGISTRAR, Role.HANDLER, Role.APPROVER)
        # version 9 is stale, so nothing ever changes here: roles are told apart from versions
        assert answer.status == (412 if allowed or known else 403), (action, answer.body)
        if known and not allowed:
            current = await service.act(number, action.value, role, 1)
            assert current.status == 403, (action, current.body)


async def test_a_change_says_which_version_it_changes(service: Service) -> None:
    number = (await service.file())["number"]
    path, registrar = f"/api/requests/{number}/register", service.staff(Role.REGISTRAR)
    missing = await service.ask("POST", path, headers=registrar)
    stale = await service.act(number, "register", Role.REGISTRAR, 2)
    right = await service.ask("POST", path, headers={**registrar, "If-Match": '"1"'})
    assert (missing.status, stale.status, right.status) == (428, 412, 200)
    assert right.headers["ETag"] == '"2"'


async def test_an_act_waits_for_the_one_under_way_and_is_then_told_so(service: Service) -> None:
    number = (await service.file())["number"]
    registrar = Actor("first", frozenset({Part.REGISTRAR}))
    async with desks_of(service.engine, service.settings)() as desk:
        await act(Act(number, 1, Action.REGISTER, now()), registrar, desk)
        second = asyncio.create_task(service.act(number, "register", Role.REGISTRAR, 1))
        await until(service.someone_waits)
    assert (await second).status == 412


async def test_an_impossible_act_says_what_is_possible(service: Service) -> None:
    number = (await service.file())["number"]
    refused = await service.act(number, "serve", Role.HANDLER, 1)
    assert (refused.status, refused.body["type"]) == (409, "/problems/not-possible-now")
    assert "登记（登记人）" in refused.body["detail"]
    unknown = await service.act(number, "fly", Role.HANDLER, 1)
    assert (unknown.status, unknown.body["field"]) == (422, "action")


async def test_whoever_handled_cannot_approve_over_http_either(service: Service) -> None:
    number = (await service.file())["number"]
    both = service.staff(Role.REGISTRAR, Role.HANDLER, Role.APPROVER, subject="one")
    forms = [
        ("register", {}),
        ("accept", {}),
        ("draft", {"text": "答复", "outcome": "R3.1"}),
        ("reply", {}),
        ("approve", {}),
    ]
    answers = []
    for version, (action, form) in enumerate(forms, start=1):
        headers = {**both, "If-Match": f'"{version}"'}
        answers.append(await service.ask("POST", f"/api/requests/{number}/{action}", json=form, headers=headers))
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 409]
    assert answers[-1].body["type"] == "/problems/same-person-handled-and-approves"


def received_for_due_in(days: int) -> date:
    """A day of receipt whose term ends at least `days` from today."""
    calendar, today = WorkCalendar.from_package(), day_in_china(now())
    return next(
        day
        for day in (today - timedelta(days=back) for back in range(60, 0, -1))
        if count_working_days(calendar, day, 20).due_on >= today + timedelta(days=days)
    )


async def test_overdue_and_due_soon_are_found_as_of_today(service: Service) -> None:
    late = await service.letter("2024-01-02")
    soon = await service.letter(received_for_due_in(0).isoformat())
    fresh = await service.letter(day_in_china(now()).isoformat())
    headers = service.staff(Role.CHIEF)
    numbers: dict[str, set[str]] = {}
    for question in ("overdue=true", "due_soon=true", "overdue=false", "state=received"):
        answer = await service.ask("GET", f"/api/requests?limit=100&{question}", headers=headers)
        numbers[question] = {item["number"] for item in answer.body["items"]}
    assert late["number"] in numbers["overdue=true"]
    assert soon["number"] in numbers["due_soon=true"]
    assert not numbers["overdue=true"] & numbers["due_soon=true"]
    assert {soon["number"], fresh["number"]} <= numbers["overdue=false"]
    assert {late["number"], soon["number"], fresh["number"]} <= numbers["state=received"]


async def test_a_list_is_read_to_its_end_page_by_page_without_gap_or_double(service: Service) -> None:
    for _ in range(5):
        await service.letter("2026-01-05")
    headers = service.staff(Role.REGISTRAR, department="*")
    seen, cursor = [], None
    while True:
        params = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        answer = await service.ask("GET", "/api/requests", params=params, headers=headers)
        seen += [item["number"] for item in answer.body["items"]]
        cursor = answer.body["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == await service.count()


@pytest.mark.parametrize("query", ["cursor=x", "cursor=WzFd", "limit=0", "limit=101", "state=lost", "overdue=maybe"])
async def test_a_list_asked_for_wrongly_says_so(service: Service, query: str) -> None:
    answer = await service.ask("GET", f"/api/requests?{query}", headers=service.staff(Role.CHIEF))
    assert answer.status == 422
    assert re.search("[\u4e00-\u9fff]", answer.body["detail"])


async def test_only_a_registrar_enters_letters_and_never_from_the_future(service: Service) -> None:
    body = {**FILING, "channel": "letter", "received_on": "2026-01-05"}
    handler = await service.ask("POST", "/api/requests", json=body, headers=service.staff(Role.HANDLER))
    tomorrow = (day_in_china(now()) + timedelta(days=1)).isoformat()
    early = await service.ask(
        "POST",
        "/api/requests",
        json={**body, "received_on": tomorrow},
        headers=service.staff(Role.REGISTRAR),
    )
    assert (handler.status, early.status, early.body["field"]) == (403, 422, "received_on")
