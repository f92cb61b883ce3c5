"""The HTTP side on a real database: the public record, staff's desk, files, submissions, reconciliation."""

import io
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from shared.events import new_id
from shared.roles import Role
from shared.web import encode_cursor
from tests.publishing.running import Answer, Service
from tests.publishing.test_files import a_docx, zipped


def form(**fields: Any) -> dict[str, Any]:
    return {"kind": "notice", "title": "关于样例的通知", "department": "audit", "body": "正文", **fields}


async def create(service: Service, key: str | None = None, **fields: Any) -> Answer:
    headers = {"Idempotency-Key": key or str(new_id())}
    author = service.as_staff("wang", Role.AUTHOR)
    return await service.call("POST", "/api/documents", author, json=form(**fields), headers=headers)


async def step(
    service: Service, document: str, action: str, who: dict[str, str], version: int, note: str = ""
) -> Answer:
    headers = {"If-Match": f'"{version}"'}
    return await service.call("POST", f"/api/documents/{document}/{action}", who, json={"note": note}, headers=headers)


async def publish(service: Service, **fields: Any) -> str:
    """A document taken through review; its revision is then 4."""
    document: str = (await create(service, **fields)).body["id"]
    await release(service, document)
    return document


async def release(service: Service, document: str) -> None:
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)
    for version, (action, who) in enumerate([("submit", author), ("approve", approver), ("publish", approver)], 1):
        assert (await step(service, document, action, who, version)).status == 200


async def test_a_document_goes_through_review_to_the_public(service: Service) -> None:
    document = await publish(service, column="notices", keywords=["公开"])
    shown = await service.call("GET", f"/api/documents/{document}")
    assert (shown.status, shown.headers["etag"]) == (200, '"1"')
    assert shown.body["title"] == "关于样例的通知"
    assert (shown.body["body_html"], shown.body["department_name"]) == ("<p>正文</p>", "审计局")
    assert [entry["action"] for entry in shown.body["history"]] == ["published"]
    assert "by" not in shown.body["history"][0]


async def test_the_same_key_creates_once_and_another_request_under_it_is_refused(service: Service) -> None:
    key = str(new_id())
    first, again = await create(service, key), await create(service, key)
    assert (first.status, again.status, first.body) == (201, 201, again.body)
    assert (await create(service, key, title="另一份")).status == 409


async def test_a_draft_without_a_key_or_a_role_or_a_sign_in_is_not_created(service: Service) -> None:
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)
    elsewhere = service.as_staff("zhao", Role.AUTHOR, department="finance")
    key = {"Idempotency-Key": "k"}
    answers = [
        await service.call("POST", "/api/documents", author, json=form()),
        await service.call("POST", "/api/documents", approver, json=form(), headers=key),
        await service.call("POST", "/api/documents", elsewhere, json=form(), headers=key),
        await service.call("POST", "/api/documents", json=form(), headers=key),
    ]
    assert [answer.status for answer in answers] == [422, 403, 403, 401]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"column": "nowhere"}, "column"),
        ({"department": "nobody"}, None),
        ({"attachments": [{"sha256": "a" * 64, "name": "a"}]}, "attachments.0"),
        ({"body": "a\x00"}, "body"),
    ],
)
async def test_a_wrong_field_is_named(service: Service, fields: dict[str, Any], field: str | None) -> None:
    answer = await create(service, **fields)
    assert answer.status in (403, 422)
    assert answer.body.get("field") == field


async def test_an_edit_needs_the_version_it_is_based_on(service: Service) -> None:
    document = (await create(service)).body["id"]
    path, author = f"/api/documents/{document}/draft", service.as_staff("wang", Role.AUTHOR)
    without = await service.call("PUT", path, author, json=form())
    first = await service.call("PUT", path, author, json=form(title="改"), headers={"If-Match": '"1"'})
    stale = await service.call("PUT", path, author, json=form(title="撞"), headers={"If-Match": '"1"'})
    assert (without.status, first.status, stale.status) == (428, 200, 412)
    shown = await service.call("GET", path, author)
    assert (shown.body["title"], shown.body["version"], shown.headers["etag"]) == ("改", 2, '"2"')


async def test_hostile_html_is_sanitised_before_it_is_kept(service: Service) -> None:
    document = await publish(service, body_html="<p onclick=x()>文</p><script>x</script>")
    assert (await service.call("GET", f"/api/documents/{document}")).body["body_html"] == "<p>文</p>"


async def test_the_author_cannot_approve_and_is_told_so_before_trying(service: Service) -> None:
    document = (await create(service)).body["id"]
    both = service.as_staff("wang", Role.AUTHOR, Role.APPROVER)
    await step(service, document, "submit", both, 1)
    shown = await service.call("GET", f"/api/documents/{document}/draft", both)
    assert "approve" not in shown.body["actions"]
    assert "撰稿人不得" in shown.body["blocked"]["approve"]
    refused = await step(service, document, "approve", both, 2)
    assert (refused.status, refused.body["type"]) == (409, "/problems/two-person-rule-broken")


async def test_a_step_out_of_order_changes_nothing(service: Service) -> None:
    document = (await create(service)).body["id"]
    approver = service.as_staff("li", Role.APPROVER)
    refused = await step(service, document, "publish", approver, 1)
    assert (refused.status, refused.body["detail"]) == (409, "文件当前为“草稿”，不能发布")
    assert (await step(service, document, "burn", approver, 1)).status == 422


async def test_the_queue_shows_each_person_what_waits_for_them(service: Service) -> None:
    document = (await create(service)).body["id"]
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)

    async def queue(who: dict[str, str], **params: str) -> set[str]:
        answer = await service.call("GET", "/api/documents/queue", who, params={"limit": "100", **params})
        return {item["id"] for item in answer.body["items"]}

    assert document in await queue(author)
    assert document not in await queue(approver)
    await step(service, document, "submit", author, 1)
    assert document not in await queue(author)
    assert document in await queue(author, mine="true")
    assert document in await queue(approver)
    elsewhere = service.as_staff("zhao", Role.APPROVER, department="finance")
    assert document not in await queue(elsewhere)


async def test_the_history_names_who_did_what(service: Service) -> None:
    document = await publish(service)
    answer = await service.call("GET", f"/api/documents/{document}/history", service.as_staff("chen", Role.CHIEF))
    assert [(entry["action"], entry["by"]) for entry in answer.body["items"]] == [
        ("create", "wang"),
        ("submit", "wang"),
        ("approve", "li"),
        ("publish", "li"),
    ]
    assert (await service.call("GET", f"/api/documents/{document}/history")).status == 401


async def test_a_withdrawn_document_is_gone_and_says_why(service: Service) -> None:
    document = await publish(service)
    approver = service.as_staff("li", Role.APPROVER)
    assert (await step(service, document, "withdraw", approver, 4)).status == 422
    assert (await step(service, document, "withdraw", approver, 4, "数据有误")).status == 200
    gone = await service.call("GET", f"/api/documents/{document}")
    assert (gone.status, gone.body["document"]["withdrawal_reason"]) == (410, "数据有误")


async def test_a_draft_is_nowhere_in_public(service: Service) -> None:
    document = (await create(service, title="机密草稿")).body["id"]
    assert (await service.call("GET", f"/api/documents/{document}")).status == 404
    listed = await service.call("GET", "/api/documents", params={"limit": "100"})
    assert document not in [item["id"] for item in listed.body["items"]]
    assert (await service.call("GET", f"/api/documents/{document}/draft")).status == 401


async def test_lists_are_newest_first_and_page_by_cursor_without_gaps(service: Service) -> None:
    made = [await publish(service, kind="plan", title=f"计划{number}") for number in range(5)]
    found, cursor = [], None
    while True:
        params = {"kind": "plan", "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = await service.call("GET", "/api/documents", params=params)
        found += [item["id"] for item in page.body["items"]]
        cursor = page.body["next_cursor"]
        if cursor is None:
            break
    assert found == made[::-1]


NO_SUCH_TIME = encode_cursor("0001-01-01T00:00:00+14:00", UUID(int=1))


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "WzEsMl0", "WyJhIiwiYiJd", NO_SUCH_TIME])
async def test_a_cursor_we_did_not_make_is_refused(service: Service, cursor: str) -> None:
    for path in ("/api/documents", "/api/documents/queue", "/api/documents/scheduled"):
        who = service.as_staff("wang", Role.AUTHOR)
        assert (await service.call("GET", path, who, params={"cursor": cursor})).status == 422


async def upload(service: Service, name: str, content: bytes, who: dict[str, str] | None = None) -> Answer:
    data = aiohttp.FormData()
    data.add_field("file", io.BytesIO(content), filename=name)
    return await service.call("POST", "/api/attachments", who or service.as_staff("wang", Role.AUTHOR), data=data)


async def test_an_uploaded_file_is_attached_and_downloaded_only_while_public(service: Service) -> None:
    content = a_docx()
    kept = (await upload(service, "报告.docx", content)).body
    assert (kept["extraction"], kept["name"], kept["size"]) == ("ok", "报告.docx", len(content))
    document = (await create(service, attachments=[{"sha256": kept["sha256"], "name": "报告.docx"}])).body["id"]
    draft = await service.call("GET", f"/api/documents/{document}/draft", service.as_staff("li", Role.APPROVER))
    assert draft.body["attachments"][0]["extraction"] == "ok"
    path = f"/api/documents/{document}/attachments/{draft.body['attachments'][0]['id']}"
    assert (await service.call("GET", path)).status == 404
    assert (await service.call("GET", path, service.as_staff("li", Role.APPROVER))).status == 200
    await release(service, document)
    assert (await service.call("GET", path)).body == content
    await step(service, document, "withdraw", service.as_staff("li", Role.APPROVER), 4, "有误")
    assert (await service.call("GET", path)).status == 410


async def test_files_are_refused_with_a_reason_and_a_limit(service: Service) -> None:
    refused = await upload(service, "a.zip", zipped({"a": b"b"}))
    assert (refused.status, refused.body["detail"]) == (422, "不接收压缩包，请逐个上传其中的文件")
    assert (await upload(service, "a.txt", b"x", service.as_staff("x", Role.SUPERVISOR))).status == 403
    assert (await service.call("POST", "/api/attachments", service.as_system(), data={"other": "x"})).status == 422
    large = await upload(service, "a.txt", b"a" * (50 * 1024 * 1024 + 1))
    assert large.status in (413, 422)


def submission(**fields: Any) -> dict[str, Any]:
    given = {"action": "submit", "external_id": str(new_id()), "sequence": 1}
    return {**given, "kind": "notice", "title": "题", "body": "文", **fields}


async def test_a_system_submits_over_http_and_is_answered_at_once(service: Service) -> None:
    path, given = "/api/departments/audit/submissions", submission()
    first = await service.call("POST", path, service.as_system(), json=given)
    again = await service.call("POST", path, service.as_system(), json=given)
    gone = {"action": "withdraw", "external_id": given["external_id"], "sequence": 2, "reason": "有误"}
    withdrawn = await service.call("POST", path, service.as_system(), json=gone)
    assert [answer.body["status"] for answer in (first, again, withdrawn)] == ["accepted", "duplicate", "accepted"]
    assert first.body["document_id"] == again.body["document_id"]
    assert (await service.call("GET", f"/api/documents/{first.body['document_id']}")).status == 410


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"action": "burn"}, "action"),
        ({"column": "nowhere"}, "column"),
        ({"body": ""}, "body"),
    ],
)
async def test_a_rejected_submission_names_its_fields(service: Service, fields: dict[str, Any], field: str) -> None:
    path = "/api/departments/audit/submissions"
    answer = await service.call("POST", path, service.as_system(), json=submission(**fields))
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


async def test_a_system_speaks_for_its_own_department_only(service: Service) -> None:
    path = "/api/departments/finance/submissions"
    assert (await service.call("POST", path, service.as_system("audit"), json=submission())).status == 403
    stranger = service.issuer.headers("unknown-client", [Role.DEPARTMENT_SYSTEM], "finance")
    assert (await service.call("POST", path, stranger, json=submission())).status == 403


async def test_snapshot_and_digest_agree_and_page_to_the_end(service: Service) -> None:
    await publish(service)
    withdrawn = await publish(service)
    await step(service, withdrawn, "withdraw", service.as_staff("li", Role.APPROVER), 4, "有误")
    operator = service.as_staff("op", Role.OPERATOR, department="*")

    async def pages(kind: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        after = ""
        while True:
            params = {"limit": "3", **({"after": after} if after else {})}
            page = (await service.call("GET", f"/internal/{kind}", operator, params=params)).body
            items += page["items"]
            if page["next"] is None:
                return items
            after = page["next"]

    snapshot, digest = await pages("snapshot"), await pages("digest")
    states = {item["id"]: item.pop("state") for item in snapshot}
    assert snapshot == digest
    assert len(states) == len(snapshot)
    assert all(states[item["id"]]["content_hash"] == item["content_hash"] for item in digest)
    tombstone = states[withdrawn]
    assert (tombstone["status"], tombstone["body"], tombstone["withdrawal_reason"]) == ("withdrawn", "", "有误")
    assert (await service.call("GET", "/internal/digest", service.as_staff("li", Role.APPROVER))).status == 403
