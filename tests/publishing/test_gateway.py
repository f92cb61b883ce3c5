"""Submissions over the real broker into the real database, answered on the department's queue."""

import asyncio
import base64
from typing import Any

import pytest
from sqlalchemy import text

from publishing.app import worker
from shared.events import new_id
from shared.roles import Role
from shared.settings import Settings
from sunlight_department_client import DepartmentClient
from tests.publishing.running import PASSWORD, Service
from tests.support.waiting import until


def body(sequence: int = 1, external_id: str | None = None, **fields: Any) -> dict[str, Any]:
    given = {"kind": "notice", "title": "关于样例的通知", "body": "## 一\n正文"}
    return {"external_id": external_id or str(new_id()), "sequence": sequence, **given, **fields}


async def shown(service: Service, outcome: dict[str, Any]) -> Any:
    return (await service.call("GET", f"/api/documents/{outcome['document_id']}")).body


async def test_a_submission_becomes_a_public_document_and_is_answered(service: Service) -> None:
    outcome = await service.answer(await service.send(body(column="notices", keywords=["审计"])))
    assert (outcome["status"], outcome["version"], outcome["errors"]) == ("accepted", 1, [])
    document = await shown(service, outcome)
    assert (document["title"], document["column"], document["body"]) == ("关于样例的通知", "notices", "一\n正文")


async def test_an_untrusted_system_waits_for_review(service: Service) -> None:
    sent = await service.send(body(), department="finance", user="dept_finance")
    outcome = await service.answer(sent)
    assert (outcome["status"], outcome["next_step"]) == ("accepted", "已进入审核，签发后发布")
    assert (await service.call("GET", f"/api/documents/{outcome['document_id']}")).status == 404


async def test_a_message_without_a_user_is_parked(service: Service) -> None:
    reason = await service.parked(await service.send(body(), user=None))
    assert "nobody vouches" in reason


async def test_a_header_that_claims_a_user_does_not_vouch_for_anybody(service: Service) -> None:
    forged = await service.send(body(), user=None, headers={"x-sunlight-user": "dept_audit"})
    assert "nobody vouches" in await service.parked(forged)


async def test_a_forged_header_does_not_become_true_when_an_operator_replays_the_message(service: Service) -> None:
    given = body()
    forged = await service.send(given, user=None, headers={"x-sunlight-user": "dept_audit"})
    await service.parked(forged)
    operator = service.as_staff("op", Role.OPERATOR, department="*")
    listed = await service.call("GET", "/internal/parked", operator)
    parked_id = next(each["id"] for each in listed.body if each["event_id"] == forged)
    assert (await service.call("POST", f"/internal/parked/{parked_id}/replay", operator)).status == 204

    async def parked_again() -> bool:
        found = await service.call("GET", "/internal/parked", operator)
        return any(each["event_id"] == forged and each["id"] != parked_id for each in found.body)

    await until(parked_again)
    assert forged not in service.outcomes


async def test_another_departments_key_is_refused_by_the_broker_and_by_us(service: Service) -> None:
    with pytest.raises(Exception, match="ACCESS_REFUSED"):
        await service.send(body(), department="finance", user="dept_audit")
    async with service.engine.connect() as connection:
        known = await connection.scalar(text("SELECT count(*) FROM department WHERE code = 'ghost'"))
    assert known == 0
    reason = await service.parked(await service.send(body(), department="ghost", user="dept_ghost"))
    assert "no active system" in reason


@pytest.mark.parametrize(
    ("content", "headers", "field"),
    [
        (b"{not json", {}, "body"),
        (b"\xff\xfe", {}, "body"),
        (b"{}", {"ce-type": "sunlight.submission.destroy.v1"}, "ce-type"),
        (b"{}", {"ce-sequence": "many"}, "ce-sequence"),
        (b"{}", {"ce-sequence": "-1"}, "ce-sequence"),
        (b"{}", {"ce-subject": ""}, "ce-subject"),
    ],
)
async def test_what_cannot_be_read_is_answered_since_its_sender_is_known(
    service: Service, content: bytes, headers: dict[str, str], field: str
) -> None:
    outcome = await service.answer(await service.send(content, headers=headers))
    assert (outcome["status"], [error["field"] for error in outcome["errors"]]) == ("rejected", [field])


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"title": ""}, "title", "必须填写"),
        ({"kind": "poem"}, "kind", "只能是："),
        ({"body": "字" * 2_000_001}, "body", "最多2000000个字"),
        ({"body": "a\x00b"}, "body", "含有不可见的空字符"),
        ({"issued_on": "昨天"}, "issued_on", "应为日期，如 2026-01-31"),
        ({"attachments": [{"name": "a", "sha256": "a" * 64}] * 21}, "attachments", "最多20项"),
        ({"attachments": [{"name": "a"}]}, "attachments.0", "content_base64 与 sha256 须且只须提供一项"),
        (
            {"attachments": [{"name": "a", "content_base64": "%%%"}]},
            "attachments.0.content_base64",
            "不是有效的 Base64",
        ),
        (
            {"attachments": [{"name": "a", "content_base64": base64.b64encode(b"a" * 262_145).decode()}]},
            "attachments.0.content_base64",
            "内嵌附件不得超过 256 KiB，请先上传再引用",
        ),
        (
            {"attachments": [{"name": "a.zip", "content_base64": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}]},
            "attachments.0",
            "压缩包",
        ),
        ({"sequence": 0}, "sequence", "不能小于1"),
        ({"kind": "budget"}, "issued_on", "此体裁必须填写成文日期"),
    ],
)
async def test_a_broken_rule_is_answered_field_by_field(
    service: Service, fields: dict[str, Any], field: str, message: str
) -> None:
    headers = {"ce-sequence": "1"}
    outcome = await service.answer(await service.send({**body(), **fields}, headers=headers))
    assert outcome["status"] == "rejected"
    found = {error["field"]: error["message"] for error in outcome["errors"]}
    assert message in found[field]


async def test_a_withdrawal_without_words_is_rejected(service: Service) -> None:
    request = {"external_id": str(new_id()), "sequence": 2, "reason": "  "}
    outcome = await service.answer(await service.send(request, action="withdraw"))
    assert outcome["errors"] == [{"field": "reason", "message": "必须填写"}]


async def test_a_body_that_contradicts_its_headers_is_rejected(service: Service) -> None:
    outcome = await service.answer(await service.send(body(), headers={"ce-sequence": "7"}))
    assert outcome["errors"] == [{"field": "sequence", "message": "与 ce-sequence 不一致"}]


async def test_a_rejected_sequence_may_be_sent_again_corrected(service: Service) -> None:
    given = body(external_id=str(new_id()))
    await service.answer(await service.send({**given, "title": ""}))
    assert (await service.answer(await service.send(given)))["status"] == "accepted"


async def test_a_revision_replaces_and_a_duplicate_does_nothing(service: Service) -> None:
    given = body()
    first = await service.answer(await service.send(given))
    revised = {**given, "sequence": 2, "title": "修订后的标题"}
    second = await service.answer(await service.send(revised, action="revise"))
    again = await service.answer(await service.send(given))
    assert [each["status"] for each in (first, second, again)] == ["accepted", "accepted", "duplicate"]
    document = await shown(service, first)
    assert (document["version"], document["title"], again["version"]) == (2, "修订后的标题", 2)
    assert [entry["action"] for entry in document["history"]] == ["published", "revised"]


async def test_a_withdrawal_leaves_a_readable_tombstone(service: Service) -> None:
    given = body()
    first = await service.answer(await service.send(given))
    request = {"external_id": given["external_id"], "sequence": 2, "reason": "数据有误"}
    await service.answer(await service.send(request, action="withdraw"))
    gone = await service.call("GET", f"/api/documents/{first['document_id']}")
    assert gone.status == 410
    assert (gone.body["document"]["title"], gone.body["document"]["withdrawal_reason"]) == (given["title"], "数据有误")


async def test_inline_files_are_read_and_can_be_downloaded(service: Service) -> None:
    inline = {"name": "清单 一.csv", "content_base64": base64.b64encode("项目,金额\n水库,12".encode()).decode()}
    outcome = await service.answer(await service.send(body(attachments=[inline])))
    (file,) = (await shown(service, outcome))["attachments"]
    assert (file["media_type"], file["extraction"], file["text_chars"]) == ("text/csv", "ok", 11)
    found = await service.call("GET", f"/api/documents/{outcome['document_id']}/attachments/{file['id']}")
    assert found.body.decode() == "项目,金额\n水库,12"
    assert found.headers["x-content-type-options"] == "nosniff"
    disposition = found.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%E6%B8%85%E5%8D%95%20%E4%B8%80.csv" in disposition


async def test_a_column_that_nobody_announced_is_rejected_after_waiting_for_it(service: Service) -> None:
    sent = await service.send(body(column="nowhere"))
    await until(lambda: sent in service.outcomes, seconds=60)
    assert service.outcomes[sent]["errors"] == [{"field": "column", "message": "没有这个栏目"}]


async def test_many_messages_of_one_external_id_leave_the_highest_sequence(service: Service) -> None:
    external_id = str(new_id())
    sequences = [3, 1, 5, 2, 5, 4, 1, 3]
    sent = [await service.send(body(each, external_id, title=f"第{each}稿")) for each in sequences]
    outcomes = [await service.answer(each) for each in sent]
    document = await shown(service, outcomes[0])
    assert document["title"] == "第5稿"
    assert len({outcome["document_id"] for outcome in outcomes}) == 1
    accepted = [outcome for outcome in outcomes if outcome["status"] == "accepted"]
    assert document["version"] == len(accepted) == len(document["history"])


async def test_two_workers_of_one_queue_publish_each_document_once(
    service: Service, database_url: str, tmp_path: Any
) -> None:
    settings = Settings(
        service="publishing",
        database_url=database_url,
        amqp_url=service.vhost.amqp_url("publishing"),
        state=tmp_path,
    )
    names = [str(new_id()) for _ in range(40)]
    async with worker(settings).running():
        sent = await asyncio.gather(*(service.send(body(1, name)) for name in names for _ in range(2)))
        outcomes = [await service.answer(each) for each in sent]
    assert sorted(outcome["status"] for outcome in outcomes) == ["accepted"] * 40 + ["duplicate"] * 40


async def test_the_departments_client_submits_revises_withdraws_and_hears_the_answers(service: Service) -> None:
    url = service.vhost.amqp_url("dept_finance", PASSWORD)
    async with DepartmentClient(url, "finance", "dept_finance", window=10) as client:
        name = str(new_id())
        ids = [
            await client.submit(name, 1, kind="notice", title="一", body="文"),
            await client.revise(name, 2, kind="notice", title="二", body="文"),
            await client.withdraw(name, 3, "不再需要"),
        ]
        outcomes = [await service.answer(each) for each in ids]
        many = await asyncio.gather(
            *(client.submit(str(new_id()), 1, kind="notice", title="批量", body="文") for _ in range(60))
        )
        statuses = {(await service.answer(each))["status"] for each in many}
    assert outcomes[2]["status"] == "accepted"
    assert statuses == {"accepted"}
