"""The public's side over HTTP and a real database."""

import asyncio
import re
from typing import Any

import pytest

from intake.domain.request import day_in_china
from intake.store.tables import counters, delivery, metadata
from shared.events import now
from shared.roles import Role
from tests.intake.conftest import Answer, Service
from tests.intake.sample import FILING, MARKERS
from tests.support.waiting import until

UNKNOWN = "2026-审计-99999"
PURPOSE = {"Purpose": "%E5%8A%9E%E7%90%86%E7%AD%94%E5%A4%8D"}  # 办理答复


async def test_a_request_goes_from_the_public_form_to_the_served_reply(service: Service) -> None:
    receipt = await service.file()
    await service.serve(receipt["number"], "R3.2")
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
    before = await service.count()
    answer = await service.ask("POST", "/api/requests", json=body)
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert re.search("[\u4e00-\u9fff]", answer.body["detail"])
    assert await service.count() == before


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


async def test_a_number_taken_in_a_transaction_that_fails_is_given_out_again(service: Service) -> None:
    first = (await service.file())["number"]
    async with service.engine.connect() as connection:
        await connection.execute(counters.update().values(last=counters.c.last + 1))
        waiting = asyncio.create_task(service.file())
        await until(service.someone_waits)
        await connection.rollback()
    assert int((await waiting)["number"][-5:]) == int(first[-5:]) + 1


async def test_an_idempotency_key_files_once_even_when_sent_five_times_at_once(service: Service) -> None:
    before = await service.count()
    headers = {"Idempotency-Key": "f0b7"}
    sent = [service.ask("POST", "/api/requests", json=FILING, headers=headers) for _ in range(5)]
    answers = await asyncio.gather(*sent)
    assert {answer.status for answer in answers} == {201}
    assert len({(answer.body["number"], answer.body["code"]) for answer in answers}) == 1
    assert await service.count() == before + 1
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
    assert (await service.ask("GET", f"/api/requests/{receipt['number']}", params=right)).status == 200
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


async def test_no_trace_of_an_applicant_leaves_the_sealed_texts(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    receipt = await service.file()
    number, marked = receipt["number"], [*MARKERS, receipt["code"], receipt["code"].replace("-", "")]
    await service.ask("POST", "/api/requests", json={**FILING, "form": "无"})
    await service.ask("GET", f"/api/requests/{number}/case?purpose=xx", headers=service.staff(Role.HANDLER))
    await service.serve(number)
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
