"""What lies on whose desk, however much lies on the desks of others."""

import pytest

from publishing.domain.states import State
from publishing.handlers.drafting import desk_of
from shared.auth import Principal
from shared.roles import Role
from tests.publishing.running import Service
from tests.publishing.test_api import create, step


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
