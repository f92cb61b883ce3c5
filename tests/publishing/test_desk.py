"""What lies on whose desk, however much lies on the desks of others."""

import pytest

from publishing.domain.states import State
from publishing.handlers.drafting import desk_of
from shared.auth import Principal
from shared.roles import Role
from tests.publishing.running import Service
from tests.publishing.test_api import create, form, publish, step, upload
from tests.publishing.test_files import a_docx


def person(*grants: tuple[Role, str]) -> Principal:
    return Principal("li", "李", frozenset(grants))


def test_a_desk_joins_the_departments_of_all_roles_a_state_waits_for() -> None:
    desk = desk_of(person((Role.REVIEWER, "audit"), (Role.APPROVER, "finance"), (Role.CHIEF, "*")))
    assert desk == {
        State.IN_REVIEW: frozenset({"audit", "finance"}),
        State.APPROVED: frozenset({"finance", "*"}),
    }
    assert desk_of(person((Role.REGISTRAR, "*"))) == {}


async def test_an_approver_finds_what_waits_behind_many_older_drafts_of_others(service: Service) -> None:
    for _ in range(4):
        await create(service)
    waiting = [(await create(service)).body["id"] for _ in range(2)]
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)
    for document in waiting:
        await step(service, document, "submit", author, 1)
    first = (await service.call("GET", "/api/documents/queue", approver, params={"limit": "1"})).body
    assert [item["id"] for item in first["items"]] == waiting[:1]
    following = {"limit": "1", "cursor": first["next_cursor"]}
    last = (await service.call("GET", "/api/documents/queue", approver, params=following)).body
    assert ([item["id"] for item in last["items"]], last["next_cursor"]) == (waiting[1:], None)


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.SUPERVISOR])
async def test_a_desk_without_a_part_in_documents_is_empty(service: Service, role: Role) -> None:
    await create(service)
    answer = await service.call("GET", "/api/documents/queue", service.as_staff("zhou", role))
    assert (answer.status, answer.body["items"]) == (200, [])


async def test_a_public_file_a_revision_leaves_out_is_there_for_staff_too(service: Service) -> None:
    kept = (await upload(service, "报告.docx", a_docx())).body
    document = await publish(service, attachments=[{"sha256": kept["sha256"], "name": "报告.docx"}])
    author = service.as_staff("wang", Role.AUTHOR)
    shown = (await service.call("GET", f"/api/documents/{document}")).body
    assert (await step(service, document, "revise", author, 4)).status == 200
    without, headers = form(attachments=[]), {"If-Match": '"5"'}
    saved = await service.call("PUT", f"/api/documents/{document}/draft", author, json=without, headers=headers)
    assert saved.status == 200
    path = f"/api/documents/{document}/attachments/{shown['attachments'][0]['id']}"
    for who in (None, author):
        assert (await service.call("GET", path, who)).status == 200
    assert (await service.call("GET", f"/api/documents/{document}/attachments/none", author)).status == 404
