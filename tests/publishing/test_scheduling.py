"""定时发布 over HTTP, with the worker running: who may, what is refused, and that nobody sees anything before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from publishing.domain.states import Action, State
from publishing.handlers.drafting import ROLES, possible, take_step, waits_for
from publishing.handlers.scheduling import schedule_publication
from publishing.store.reading import Reading
from shared.events import now
from shared.problems import Invalid, NotAllowed, StaleVersion
from shared.roles import Role
from tests.publishing.running import Answer, Service
from tests.publishing.sample import MORNING, approved, at, scheduled
from tests.publishing.test_api import create, release, step, upload
from tests.publishing.test_drafting import desk, who
from tests.support.waiting import until


async def plan(
    service: Service, document: str, publish_at: datetime | str | None, version: int = 3, name: str = "li"
) -> Answer:
    told = publish_at.isoformat() if isinstance(publish_at, datetime) else publish_at
    approver = service.as_staff(name, Role.APPROVER)
    headers = {"If-Match": f'"{version}"'}
    body = {"publish_at": told}
    return await service.call("POST", f"/api/documents/{document}/schedule", approver, json=body, headers=headers)


async def signed(service: Service, **fields: Any) -> str:
    """A document that is approved; its revision is then 3."""
    document: str = (await create(service, **fields)).body["id"]
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)
    assert (await step(service, document, "submit", author, 1)).status == 200
    assert (await step(service, document, "approve", approver, 2)).status == 200
    return document


async def with_file(service: Service) -> tuple[str, str]:
    """An approved document with an attachment, and the attachment's id."""
    kept = await upload(service, "表.csv", b"a,b")
    document = await signed(service, attachments=[{"sha256": kept.body["sha256"], "name": "表.csv"}])
    author = service.as_staff("wang", Role.AUTHOR)
    shown = await service.call("GET", f"/api/documents/{document}/draft", author)
    return document, shown.body["attachments"][0]["id"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("action", "make"), [(Action.SCHEDULE, approved), (Action.CALL_OFF, scheduled)])
async def test_who_may_publish_may_plan_move_and_call_off(role: Role, action: Action, make: Callable[..., Any]) -> None:
    assert ROLES[action] == ROLES[Action.PUBLISH]
    at_desk, document = desk(), make()
    await at_desk.documents.add(document)
    if action is Action.SCHEDULE:
        taking = schedule_publication(document.id, at(60), "", document.revision, who(role), MORNING, at_desk)
    else:
        taking = take_step(document.id, action, "", document.revision, who(role), MORNING, at_desk)
    if role in ROLES[action]:
        assert (await taking).revision == document.revision + 1
    else:
        with pytest.raises(NotAllowed):
            await taking


async def test_a_plan_on_an_old_version_or_without_a_time_changes_nothing() -> None:
    at_desk, document = desk(), approved()
    await at_desk.documents.add(document)
    with pytest.raises(StaleVersion):
        await schedule_publication(document.id, at(60), "", document.revision - 1, who(*Role), MORNING, at_desk)
    for moment, said in ((None, "请填写发布时间"), (at(60).replace(tzinfo=None), "须写明时区")):
        with pytest.raises(Invalid, match=said) as refusal:
            await schedule_publication(document.id, moment, "", document.revision, who(*Role), MORNING, at_desk)
        assert refusal.value.field == "publish_at"


def test_what_is_planned_waits_for_nobody_and_offers_every_way_out() -> None:
    assert waits_for(State.SCHEDULED) == ()
    actions, _ = possible(scheduled(), who(Role.APPROVER))
    assert actions == [Action.RETURN, Action.PUBLISH, Action.SCHEDULE, Action.CALL_OFF, Action.WITHDRAW]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (lambda: now() - timedelta(minutes=1), "发布时间已过"),
        (lambda: now() + timedelta(days=367), "发布时间须在一年之内"),
        (lambda: "9999-12-31T23:59:59-12:00", "发布时间须在一年之内"),
        (lambda: "0001-01-01T00:00:00+14:00", "发布时间已过"),
        (lambda: "2027-03-05T09:00:00", "发布时间须写明时区"),
        (lambda: None, "请填写发布时间"),
        (lambda: "明天", "publish_at"),
    ],
)
async def test_a_moment_that_cannot_be_is_refused_by_name(
    service: Service, moment: Callable[[], Any], said: str
) -> None:
    document = await signed(service)
    refused = await plan(service, document, moment())
    assert (refused.status, refused.body["field"]) == (422, "publish_at")
    assert said in refused.body["detail"]
    assert refused.headers["content-type"] == "application/problem+json"
    shown = await service.call("GET", f"/api/documents/{document}/draft", service.as_staff("wang", Role.AUTHOR))
    assert (shown.body["state"], shown.body["version"]) == ("approved", 3)


async def test_a_plan_is_shown_moved_and_called_off(service: Service) -> None:
    document, approver = await signed(service), service.as_staff("li", Role.APPROVER)
    first, second = now() + timedelta(days=1), now() + timedelta(days=2)
    assert (await plan(service, document, first)).body["state"] == "scheduled"
    assert (await plan(service, document, second, version=4)).status == 200
    shown = (await service.call("GET", f"/api/documents/{document}/draft", approver)).body
    assert datetime.fromisoformat(shown["publish_at"]) == second
    assert shown["scheduled_by"] == "li"
    assert {"schedule", "call_off", "publish", "return"} <= set(shown["actions"])
    assert (await step(service, document, "call_off", approver, 5)).body["state"] == "approved"
    lines = (await service.call("GET", f"/api/documents/{document}/history", approver)).body["items"]
    assert [line["label"] for line in lines[-3:]] == ["定时发布", "定时发布", "取消定时发布"]
    assert (await step(service, document, "call_off", approver, 6)).status == 409
    assert (await step(service, document, "halt", approver, 6)).status == 422


async def test_planned_documents_are_listed_in_order_of_their_time_page_by_page(service: Service) -> None:
    approver = service.as_staff("li", Role.APPROVER)
    start = now() + timedelta(days=100)
    made = [await signed(service, title=f"第{hour}个") for hour in range(3)]
    for place, hour in enumerate((2, 0, 1)):
        await plan(service, made[place], start + timedelta(hours=hour))
    first = await service.call("GET", "/api/documents/scheduled", approver, params={"limit": 2})
    rest = await service.call(
        "GET", "/api/documents/scheduled", approver, params={"limit": 100, "cursor": first.body["next_cursor"]}
    )
    listed = [each["id"] for page in (first, rest) for each in page.body["items"]]
    assert [each for each in listed if each in made] == [made[1], made[2], made[0]]
    elsewhere = service.as_staff("zhao", Role.APPROVER, department="finance")
    assert (await service.call("GET", "/api/documents/scheduled", elsewhere)).body["items"] == []
    assert (await service.call("GET", "/api/documents/scheduled")).status == 401
    waiting = await service.call("GET", "/api/documents/queue", approver, params={"limit": 100})
    assert not set(made) & {each["id"] for each in waiting.body["items"]}
    mine = await service.call(
        "GET", "/api/documents/queue", service.as_staff("wang", Role.AUTHOR), params={"limit": 100, "mine": "true"}
    )
    assert set(made) <= {each["id"] for each in mine.body["items"]}


async def test_before_its_time_a_document_is_nowhere_and_then_it_is_everywhere(service: Service) -> None:
    document, attachment = await with_file(service)
    moment = now() + timedelta(seconds=4)
    assert (await plan(service, document, moment)).status == 200
    paths = [f"/api/documents/{document}", f"/api/documents/{document}/attachments/{attachment}"]

    async def seen() -> list[int]:
        return [(await service.call("GET", path)).status for path in paths]

    async def told() -> set[str]:
        """Where the record speaks of the document: the public list, and what reconciliation compares."""
        listed = await service.call("GET", "/api/documents", params={"limit": 100})
        operator = service.as_staff("op", Role.OPERATOR)
        digest = await service.call("GET", "/internal/digest", operator)
        return {each["id"] for answer in (listed, digest) for each in answer.body["items"]}

    assert await seen() == [404, 404]
    assert document not in await told()
    assert now() < moment, "too slow to tell"

    async def is_public() -> bool:
        return await seen() == [200, 200]

    await until(is_public)
    assert document in await told()
    shown = (await service.call("GET", paths[0])).body
    late = datetime.fromisoformat(shown["published_at"]) - moment
    assert timedelta() <= late < timedelta(seconds=5)
    assert [(line["action"], line["note"]) for line in shown["history"]] == [("published", "")]
    async with service.engine.connect() as connection:
        lines = await Reading(connection).history(UUID(document))
    assert lines[-1]["actor"] == "schedule:li"


async def test_a_planned_revision_leaves_the_public_edition_as_it_is(service: Service) -> None:
    document = (await create(service, title="旧版")).body["id"]
    await release(service, document)
    author, approver = service.as_staff("wang", Role.AUTHOR), service.as_staff("li", Role.APPROVER)
    assert (await step(service, document, "revise", author, 4)).status == 200
    form = {"kind": "notice", "title": "新版", "department": "audit", "body": "新的正文"}
    headers = {"If-Match": '"5"'}
    assert (
        await service.call("PUT", f"/api/documents/{document}/draft", author, json=form, headers=headers)
    ).status == 200
    await step(service, document, "submit", author, 6)
    await step(service, document, "approve", approver, 7)
    assert (await plan(service, document, now() + timedelta(days=1), version=8)).status == 200
    shown = await service.call("GET", f"/api/documents/{document}")
    assert (shown.body["title"], shown.headers["etag"]) == ("旧版", '"1"')
    assert (await step(service, document, "publish", approver, 9)).status == 200
    shown = await service.call("GET", f"/api/documents/{document}")
    assert (shown.body["title"], shown.headers["etag"]) == ("新版", '"2"')


async def test_an_edit_of_a_planned_document_voids_plan_and_approval(service: Service) -> None:
    document = await signed(service)
    assert (await plan(service, document, now() + timedelta(days=1))).status == 200
    form = {"kind": "notice", "title": "改了", "department": "audit", "body": "正文"}
    author, headers = service.as_staff("wang", Role.AUTHOR), {"If-Match": '"4"'}
    saved = await service.call("PUT", f"/api/documents/{document}/draft", author, json=form, headers=headers)
    assert saved.body["state"] == "draft"
    shown = (await service.call("GET", f"/api/documents/{document}/draft", author)).body
    assert shown["publish_at"] is None
    assert (await plan(service, document, now() + timedelta(days=1), version=5)).status == 409
