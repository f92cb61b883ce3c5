"""Automatic checks on the real stack: the department gateway's two doors, and staff's desk."""

import base64
from typing import Any

from prometheus_client import REGISTRY

from shared.events import new_id
from shared.roles import Role
from tests.publishing.running import Answer, Service
from tests.publishing.test_api import create, step
from tests.publishing.test_gateway import body

NUMBER, MASKED = "11010519491231002X", "11*************02X"
LEAK = f"现将拟救助人员名单公示如下：王某，身份证号 {NUMBER}，公示期五个工作日。"


def counted(rule: str, severity: str) -> float:
    return REGISTRY.get_sample_value("sunlight_check_findings_total", {"rule": rule, "severity": severity}) or 0


async def public_status(service: Service, outcome: dict[str, Any]) -> int:
    return (await service.call("GET", f"/api/documents/{outcome['document_id']}")).status


async def draft_of(service: Service, document: str, who: dict[str, str]) -> Any:
    return (await service.call("GET", f"/api/documents/{document}/draft", who)).body


async def override(service: Service, document: str, who: dict[str, str], version: int, **said: Any) -> Answer:
    path, headers = f"/api/documents/{document}/overrides", {"If-Match": f'"{version}"'}
    return await service.call("POST", path, who, json=said, headers=headers)


async def test_a_trusted_systems_document_with_a_block_goes_to_review_and_the_outcome_says_so(service: Service) -> None:
    before = counted("identity_number", "block")
    given = body(body=LEAK)
    outcome = await service.answer(await service.send(given))
    assert (outcome["status"], outcome["version"]) == ("accepted", 0)
    assert "已转入审核，尚未公开" in outcome["next_step"]
    (found,) = outcome["findings"]
    assert (found["field"], found["rule"], found["severity"]) == ("body", "identity_number", "block")
    assert MASKED in found["excerpt"]
    assert NUMBER not in str(outcome)
    assert await public_status(service, outcome) == 404
    assert counted("identity_number", "block") == before + 1
    again = await service.answer(await service.send(given))
    assert (again["status"], again["version"]) == ("duplicate", 0)


async def test_a_corrected_document_with_a_higher_sequence_is_public_at_once(service: Service) -> None:
    external_id = str(new_id())
    await service.answer(await service.send(body(1, external_id, body=LEAK)))
    corrected = await service.answer(await service.send(body(2, external_id, body=LEAK.replace(NUMBER, MASKED))))
    assert (corrected["status"], corrected["version"], corrected["findings"]) == ("accepted", 1, [])
    late = await service.answer(await service.send(body(1, external_id, body=LEAK)))
    assert late["status"] == "duplicate"
    assert await public_status(service, corrected) == 200


async def test_a_held_revision_leaves_the_public_edition_as_it_is(service: Service) -> None:
    external_id = str(new_id())
    await service.answer(await service.send(body(1, external_id, title="第一稿")))
    held = await service.answer(await service.send(body(2, external_id, title="第二稿", body=LEAK), action="revise"))
    shown = await service.call("GET", f"/api/documents/{held['document_id']}")
    assert (held["version"], shown.body["title"]) == (1, "第一稿")


async def test_what_an_inline_attachment_says_holds_the_document_too(service: Service) -> None:
    table = base64.b64encode(f"姓名,证件号码\n王某,{NUMBER}\n".encode()).decode()
    outcome = await service.answer(
        await service.send(body(attachments=[{"name": "名单.csv", "content_base64": table}]))
    )
    (found,) = outcome["findings"]
    assert (found["field"], found["where"]) == ("attachments.0.text", "附件“名单.csv”")
    assert await public_status(service, outcome) == 404


async def test_a_system_that_is_reviewed_anyway_is_told_what_was_found(service: Service) -> None:
    sent = await service.send(body(body=LEAK + "王某手机13812345678。"), department="finance", user="dept_finance")
    outcome = await service.answer(sent)
    assert outcome["next_step"] == "已进入审核，签发后发布"
    assert [each["severity"] for each in outcome["findings"]] == ["block", "warn"]


async def test_warnings_do_not_hold_a_trusted_systems_document(service: Service) -> None:
    text = "关于领取证书的通知：请未领取人员与王某13812345678联系，逾期不候。"
    outcome = await service.answer(await service.send(body(body=text)))
    assert (outcome["version"], [each["rule"] for each in outcome["findings"]]) == (1, ["mobile_number"])
    assert await public_status(service, outcome) == 200


async def test_the_http_door_answers_the_same(service: Service) -> None:
    asked = {"action": "submit", **body(body=LEAK)}
    answer = await service.call("POST", "/api/departments/audit/submissions", service.as_system(), json=asked)
    assert (answer.status, answer.body["version"]) == (200, 0)
    assert "已转入审核，尚未公开" in answer.body["next_step"]
    assert answer.body["findings"][0]["rule"] == "identity_number"
    assert NUMBER not in str(answer.body)
    assert await public_status(service, answer.body) == 404


async def test_a_held_document_is_released_by_reviewers_who_did_not_write_it(service: Service) -> None:
    outcome = await service.answer(await service.send(body(body=LEAK)))
    document, approver = outcome["document_id"], service.as_staff("li", Role.APPROVER)
    shown = await draft_of(service, document, approver)
    assert (shown["state"], "approve" in shown["actions"], "override" in shown["actions"]) == ("in_review", False, True)
    refused = await step(service, document, "approve", approver, 1)
    assert (refused.status, refused.body["type"]) == (409, "/problems/finding-stands")
    assert (refused.body["errors"][0]["field"], NUMBER in str(refused.body)) == ("body", False)
    chosen = [shown["findings"][0]["id"]]
    assert (await override(service, document, approver, 1, findings=chosen, note="已遮蔽核对")).status == 200
    for version, action in enumerate(("approve", "publish"), 2):
        assert (await step(service, document, action, approver, version)).status == 200
    assert await public_status(service, outcome) == 200


async def test_staff_see_findings_override_them_and_an_edit_voids_that(service: Service) -> None:
    document = (await create(service, body=LEAK)).body["id"]
    author, reviewer = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.REVIEWER)
    refused = await step(service, document, "submit", author, 1)
    assert (refused.status, refused.body["title"]) == (409, "自动检查未通过")
    (found,) = (await draft_of(service, document, author))["findings"]
    assert (found["where"], found["label"], found["severity_label"]) == ("正文", "居民身份证号码", "不得公开")
    chosen = [found["id"]]
    assert (await override(service, document, author, 1, findings=chosen, note="因")).status == 403
    nameless = await override(service, document, reviewer, 1, findings=chosen, note=" ")
    assert (nameless.status, nameless.body["field"]) == (422, "note")
    assert (await override(service, document, reviewer, 9, findings=chosen, note="因")).status == 412
    assert (await override(service, document, reviewer, 1, findings=chosen, note="依法公示")).status == 200
    (passed,) = (await draft_of(service, document, author))["findings"]
    assert (passed["override"]["by"], passed["override"]["reason"]) == ("li", "依法公示")
    lines = await service.call("GET", f"/api/documents/{document}/history", author)
    assert [(line["action"], line["label"]) for line in lines.body["items"]][1] == ("override", "放行检查结果")
    assert NUMBER not in str(lines.body)
    edited = {"kind": "notice", "title": "改", "department": "audit", "body": LEAK}
    headers = {"If-Match": '"2"'}
    await service.call("PUT", f"/api/documents/{document}/draft", author, json=edited, headers=headers)
    assert (await step(service, document, "submit", author, 3)).status == 409
