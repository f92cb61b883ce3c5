"""Who may do what at staff's desk, decided on stores in memory."""

import pytest

from publishing.domain.department import Department
from publishing.domain.document import Document
from publishing.domain.draft import DraftForm
from publishing.domain.states import Action, State
from publishing.handlers.drafting import ROLES, Desk, change_draft, create_draft, possible, take_step
from shared.auth import Principal
from shared.events import new_id
from shared.problems import Invalid, NotAllowed, StaleVersion
from shared.roles import Role
from tests.publishing.fakes import FakeDocuments, FakeEvents, FakeFiles
from tests.publishing.sample import MORNING, approved, draft, published


class FakeDirectory:
    async def department(self, code: str) -> Department | None:
        return Department(code, "审计局", True) if code == "audit" else None

    async def has_column(self, code: str) -> bool:
        return code == "notices"


def desk() -> Desk:
    return Desk(FakeDocuments(), FakeFiles(), FakeEvents(), FakeDirectory())


def who(*roles: Role, name: str = "li", department: str = "audit") -> Principal:
    return Principal(name, name.title(), frozenset((role, department) for role in roles))


def form(**fields: object) -> DraftForm:
    return DraftForm.model_validate({"kind": "notice", "title": "题", "department": "audit", "body": "文", **fields})


def in_review() -> Document:
    document = draft()
    document.state = State.IN_REVIEW
    return document


READY = {
    Action.SUBMIT: draft,
    Action.RETURN: in_review,
    Action.APPROVE: in_review,
    Action.PUBLISH: approved,
    Action.WITHDRAW: published,
    Action.REVISE: published,
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", READY)
async def test_only_the_roles_in_the_table_take_a_step(action: Action, role: Role) -> None:
    at_desk, document = desk(), READY[action]()
    await at_desk.documents.add(document)
    step = take_step(document.id, action, "因", document.revision, who(role), MORNING, at_desk)
    if role in ROLES[action]:
        assert (await step).revision == document.revision + 1
    else:
        with pytest.raises(NotAllowed):
            await step


@pytest.mark.parametrize("action", READY)
async def test_a_role_in_another_department_allows_nothing(action: Action) -> None:
    at_desk, document = desk(), READY[action]()
    await at_desk.documents.add(document)
    other = who(*Role, department="finance")
    with pytest.raises(NotAllowed):
        await take_step(document.id, action, "因", document.revision, other, MORNING, at_desk)


@pytest.mark.parametrize("action", READY)
async def test_a_step_taken_on_an_old_version_changes_nothing(action: Action) -> None:
    at_desk, document = desk(), READY[action]()
    await at_desk.documents.add(document)
    with pytest.raises(StaleVersion):
        await take_step(document.id, action, "因", document.revision - 1, who(*Role), MORNING, at_desk)


@pytest.mark.parametrize(
    ("action", "event"), [(Action.PUBLISH, "document.published"), (Action.WITHDRAW, "document.withdrawn")]
)
async def test_only_public_changes_are_announced(action: Action, event: str) -> None:
    at_desk, document = desk(), READY[action]()
    await at_desk.documents.add(document)
    changed = await take_step(document.id, action, "因", document.revision, who(*Role), MORNING, at_desk)
    assert isinstance(at_desk.events, FakeEvents)
    assert [(sent.type, sent.sequence) for sent in at_desk.events.sent] == [(event, changed.version)]


async def test_review_is_nobodys_business_outside() -> None:
    at_desk = desk()
    document = await create_draft(form(column="notices"), who(Role.AUTHOR), MORNING, at_desk)
    await take_step(document.id, Action.SUBMIT, "", 1, who(Role.AUTHOR), MORNING, at_desk)
    assert isinstance(at_desk.events, FakeEvents)
    assert at_desk.events.sent == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"column": "nowhere"}, "column"),
        ({"attachments": [{"sha256": "a" * 64, "name": "a"}]}, "attachments.0"),
    ],
)
async def test_what_does_not_exist_cannot_be_referred_to(fields: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await create_draft(form(**fields), who(Role.AUTHOR), MORNING, desk())
    assert refusal.value.field == field


async def test_an_edit_keeps_every_author_and_the_department() -> None:
    at_desk = desk()
    document = await create_draft(form(), who(Role.AUTHOR, name="wang"), MORNING, at_desk)
    changed = await change_draft(document.id, form(title="改"), 1, who(Role.AUTHOR, name="zhang"), MORNING, at_desk)
    assert (changed.edition.authors, changed.department) == (("wang", "zhang"), "audit")


def test_what_is_possible_is_what_the_table_and_the_two_person_rule_leave() -> None:
    document = in_review()
    reviewer = who(Role.REVIEWER)
    author_and_approver = who(Role.AUTHOR, Role.APPROVER, name="wang")
    assert possible(document, reviewer) == ([Action.RETURN], {})
    actions, blocked = possible(document, author_and_approver)
    assert actions == [Action.EDIT, Action.RETURN, Action.WITHDRAW]
    assert list(blocked) == ["approve"]
    assert possible(document, who(department="audit", name=str(new_id()))) == ([], {})
