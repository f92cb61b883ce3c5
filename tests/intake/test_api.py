"""The service over HTTP and a real database."""

import asyncio
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from intake.domain.request import day_in_china
from intake.domain.states import Action, Part
from intake.domain.transitions import BY_ACTION
from intake.store.tables import applicant_reads, counters, delivery, metadata, requests
from shared.auth import Role
from shared.calendar import WorkCalendar, count_working_days
from shared.events import now
from tests.intake.conftest import Answer, Service
from tests.intake.sample import FILING, MARKERS
from tests.support.waiting import until

UNKNOWN = "2026-审计-99999"
PURPOSE = {"Purpose": "%E5%8A%9E%E7%90%86%E7%AD%94%E5%A4%8D"}  # 办理答复


async def letter(service: Service, received: str, **changes: Any) -> dict[str, Any]:
    body = {**FILING, "channel": "letter", "received_on": received, **changes}
    department = body["department"]
    headers = service.staff(Role.REGISTRAR, department=department)
    answer = await service.ask("POST", "/api/requests", json=body, headers=headers)
    assert answer.status == 201, answer.body
    receipt: dict[str, Any] = answer.body
    return receipt


async def serve(service: Service, number: str, outcome: str = "R3.1") -> None:
    steps: list[tuple[str, Role, dict[str, Any]]] = [
        ("register", Role.REGISTRAR, {}),
        ("accept", Role.HANDLER, {}),
        ("draft", Role.HANDLER, {"text": "标记水库答复全文"}),
        ("reply", Role.HANDLER, {"outcome": outcome}),
        ("approve", Role.APPROVER, {}),
        ("serve", Role.HANDLER, {"text": "电子邮件送达"}),
        ("close", Role.REGISTRAR, {}),
    ]
    for version, (action, role, form) in enumerate(steps, start=1):
        answer = await service.act(number, action, role, version, **form)
        assert answer.status == 200, answer.body


async def test_a_request_goes_from_the_public_form_to_the_served_reply(service: Service) -> None:
    receipt = await service.file()
    await serve(service, receipt["number"], "R3.2")
    found = await service.ask("GET", f"/api/requests/{receipt['number']}", params={"code": receipt["code"]})
    assert found.status == 200
    progress = found.body
    assert (progress["status"], progress["status_label"]) == ("closed", "已归档")
    assert progress["reply"]["text"] == "标记水库答复全文"
    assert "应当先申请行政复议" in progress["reply"]["remedies"]
    assert progress["explanation"][-1]["date"] == progress["due_on"]
    assert [one["what"] for one in progress["history"]][:3] == ["网上提交申请", "登记", "受理"]
    assert not any("actor" in one for one in progress["history"])


async def test_the_deadline_of_a_web_filing_is_provisional_until_registration(service: Service) -> None:
    receipt = await service.file()
    path, code = f"/api/requests/{receipt['number']}", {"code": receipt["code"]}
    before = (await service.ask("GET", path, params=code)).body
    assert receipt["due_provisional"] is before["due_provisional"] is True
    assert "双方确认" in before["explanation"][0]["reason"]
    registered = await service.act(receipt["number"], "register", Role.REGISTRAR, 1)
    after = (await service.ask("GET", path, params=code)).body
    assert registered.status == 200
    assert "登记确认" not in after["explanation"][0]["reason"]


async def count(service: Service) -> int:
    async with service.engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(requests))).scalar_one()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**FILING, "description": ""},
        {**FILING, "department": "nobody"},
        {**FILING, "channel": "letter"},
        {**FILING, "received_on": "2026-01-05"},
        {**FILING, "description": "\ud800"},
        {**FILING, "\ud800": "x"},
        {**FILING, "department": "audit\x00"},
    ],
)
async def test_a_filing_that_does_not_fit_is_told_in_chinese_and_changes_nothing(service: Service, body: Any) -> None:
    before = await count(service)
    answer = await service.ask("POST", "/api/requests", json=body)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert re.search("[\u4e00-\u9fff]", answer.body["detail"])
    assert await count(service) == before


async def test_broken_json_is_refused_in_chinese(service: Service) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await service.ask("POST", "/api/requests", data=b'{"a', headers=headers)
    assert (answer.status, answer.body["detail"]) == (422, "不是有效的 JSON")


async def test_fifty_filings_at_once_get_numbers_without_gap_or_double(service: Service) -> None:
    year = day_in_china(now()).year

    async def one(place: int) -> Answer:
        body = {**FILING, "department": "finance", "description": "字" * (place % 7 + 1)}
        if place % 5 == 0:  # what is refused costs no number
            body = {**body, "applicant": {**FILING["applicant"], "name": ""}}
        return await service.ask("POST", "/api/requests", json=body)

    answers = await asyncio.gather(*(one(place) for place in range(1, 63)))
    numbers = sorted(answer.body["number"] for answer in answers if answer.status == 201)
    assert numbers == [f"{year}-财政-{serial:05d}" for serial in range(1, 51)]


async def someone_waits(service: Service) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with service.engine.connect() as connection:
        return await connection.scalar(text(query)) is not None


async def test_a_number_taken_in_a_transaction_that_fails_is_given_out_again(service: Service) -> None:
    first = (await service.file())["number"]
    async with service.engine.connect() as connection:
        await connection.execute(counters.update().values(last=counters.c.last + 1))
        waiting = asyncio.create_task(service.file())
        await until(lambda: someone_waits(service))
        await connection.rollback()
    assert int((await waiting)["number"][-5:]) == int(first[-5:]) + 1


async def test_an_idempotency_key_files_once_even_when_sent_five_times_at_once(service: Service) -> None:
    before = await count(service)
    headers = {"Idempotency-Key": "f0b7"}
    sent = [service.ask("POST", "/api/requests", json=FILING, headers=headers) for _ in range(5)]
    answers = await asyncio.gather(*sent)
    assert {answer.status for answer in answers} == {201}
    assert len({(answer.body["number"], answer.body["code"]) for answer in answers}) == 1
    assert await count(service) == before + 1
    other = {**FILING, "description": "另一份"}
    refused = await service.ask("POST", "/api/requests", json=other, headers=headers)
    assert refused.status == 422


def shown(answer: Answer) -> tuple[Any, ...]:
    own = {"traceparent", "date", "content-length"}
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in own}
    return answer.status, headers, answer.body


async def test_wrong_number_and_wrong_code_cannot_be_told_apart(service: Service) -> None:
    receipt = await service.file()
    number = receipt["number"]
    answers = [
        await service.ask("GET", f"/api/requests/{number}", params={"code": "0000"}),
        await service.ask("GET", f"/api/requests/{number}"),
        await service.ask("GET", f"/api/requests/{UNKNOWN}", params={"code": receipt["code"]}),
        await service.ask("GET", "/api/requests/nonsense", params={"code": receipt["code"]}),
        await service.ask("GET", "/api/requests/%00", params={"code": "x"}),
    ]
    assert all(shown(answer) == shown(answers[0]) for answer in answers)
    assert answers[0].status == 404


async def test_guessing_is_slowed_down_and_filing_is_not(service: Service) -> None:
    receipt = await service.file()
    for number in (receipt["number"], "2026-审计-99998"):
        guesses = [await service.ask("GET", f"/api/requests/{number}", params={"code": "0000"}) for _ in range(6)]
        assert [guess.status for guess in guesses] == [404, 404, 404, 404, 429, 429]
        assert 1 <= int(guesses[-1].headers["Retry-After"]) <= 2
    right = {"code": receipt["code"]}
    assert (await service.ask("GET", f"/api/requests/{receipt['number']}", params=right)).status == 429
    assert (await service.file())["number"]


async def test_the_applicant_corrects_and_withdraws_with_number_and_code(service: Service) -> None:
    receipt = await service.file()
    number, code = receipt["number"], receipt["code"]
    await service.act(number, "register", Role.REGISTRAR, 1)
    await service.act(number, "accept", Role.HANDLER, 2)
    await service.act(number, "request-correction", Role.HANDLER, 3, days=10, text="请写明文号")
    found = await service.ask("GET", f"/api/requests/{number}", params={"code": code})
    assert (found.body["correction_notice"], found.body["due_on"]) == ("请写明文号", None)
    path = f"/api/requests/{number}/applicant"
    form = {"code": code, "text": "文号为〔2025〕1号"}
    corrected = await service.ask("POST", f"{path}/correct", json=form, headers=found.version)
    assert (corrected.status, corrected.body["status"]) == (200, "processing")
    wrong = await service.ask("POST", f"{path}/withdraw", json={"code": "0"}, headers=corrected.version)
    staff_act = await service.ask("POST", f"{path}/approve", json={"code": code}, headers=corrected.version)
    done = await service.ask("POST", f"{path}/withdraw", json={"code": code}, headers=corrected.version)
    assert (wrong.status, staff_act.status, done.status) == (404, 403, 200)
    assert done.body["outcome"] == "R3.6.3"


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


async def test_of_two_acts_at_once_one_is_done_and_the_other_told_so(service: Service) -> None:
    number = (await service.file())["number"]
    both = await asyncio.gather(*(service.act(number, "register", Role.REGISTRAR, 1) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [200, 412]


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
    late = await letter(service, "2024-01-02")
    soon = await letter(service, received_for_due_in(0).isoformat())
    fresh = await letter(service, day_in_china(now()).isoformat())
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
        await letter(service, "2026-01-05")
    headers = service.staff(Role.REGISTRAR, department="*")
    seen, cursor = [], None
    while True:
        params = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        answer = await service.ask("GET", "/api/requests", params=params, headers=headers)
        seen += [item["number"] for item in answer.body["items"]]
        cursor = answer.body["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == await count(service)


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


async def test_no_trace_of_an_applicant_leaves_the_sealed_texts(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    receipt = await service.file()
    number, marked = receipt["number"], [*MARKERS, receipt["code"], receipt["code"].replace("-", "")]
    await service.ask("POST", "/api/requests", json={**FILING, "form": "无"})
    await service.ask("GET", f"/api/requests/{number}/case?purpose=xx", headers=service.staff(Role.HANDLER))
    await serve(service, number)
    listed = await service.ask("GET", "/api/requests", headers=service.staff(Role.CHIEF))
    metrics = await service.ask("GET", "/metrics")
    trace = await service.ask("GET", f"/internal/trace/{number}", headers=service.staff(Role.OPERATOR, department="*"))
    async with service.engine.connect() as connection:
        rows = {table.name: str((await connection.execute(table.select())).all()) for table in metadata.sorted_tables}
        outbox = [bytes(row.body).decode() for row in await connection.execute(delivery.outbox.select())]
    assert number in str(listed.body)
    assert len(trace.body) == 8
    places = {**rows, "bodies": "".join(outbox), "list": str(listed.body), "metrics": metrics.body}
    places |= {"trace": str(trace.body), "logs": "".join(capfd.readouterr())}
    found = [(place, marker) for place, told in places.items() for marker in marked if marker in told]
    assert found == []


async def test_the_deadline_of_any_term_is_explained(service: Service) -> None:
    answer = await service.ask("GET", "/api/deadline?received=2025-09-15&term=20")
    assert (answer.body["due_on"], answer.body["provisional"], len(answer.body["days"])) == ("2025-10-17", False, 32)
    assert answer.body["days"][12] == {
        "date": "2025-09-28",
        "counted": True,
        "reason": "第10个工作日（星期日，国庆节调休上班）",
    }
    paused = await service.ask(
        "GET", "/api/deadline?received=2025-09-15&pause=2025-09-16:2025-09-18&pause=2025-09-19:2025-09-22"
    )
    assert paused.body["due_on"] == "2025-10-22"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "received=x",
        "received=1999-01-01",
        "received=9999-12-31&term=20",
        "received=2025-09-15&term=0",
        "received=2025-09-15&term=401",
        "received=2025-09-15&pause=x",
        "received=2025-09-15&pause=2025-09-20:2025-09-16",
        "received=2025-09-15&pause=2025-01-01:2098-01-01",
        "received=2007-09-15",
    ],
)
async def test_a_deadline_asked_for_wrongly_says_so(service: Service, query: str) -> None:
    answer = await service.ask("GET", f"/api/deadline?{query}")
    assert answer.status == 422
    assert re.search("[\u4e00-\u9fff]", answer.body["detail"])
