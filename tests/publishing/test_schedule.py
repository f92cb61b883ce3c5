"""定时发布: the rules, without any framework."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from publishing.domain.department import Department
from publishing.domain.document import PUBLISHED, REVISED, Act, Document
from publishing.domain.rules import ApprovalVoid, PublishTimePast, PublishTimeTooFar, WrongState
from publishing.domain.schedule import Schedule, hindrance, spoken
from publishing.domain.states import TRANSITIONS, Action, State
from tests.publishing.sample import MORNING, act, approved, at, content, draft, published, scheduled

AUDIT = Department("audit", "审计局", active=True)


def test_an_approved_document_is_planned_and_stays_unseen_until_then() -> None:
    document = approved()
    document.schedule(at(60), act("li", 3))
    assert (document.state, document.version, document.is_public) == (State.SCHEDULED, 0, False)
    assert document.scheduled == Schedule(at(60), "li", "Li")
    entry = document.entries[-1]
    assert (entry.action, entry.act.by, entry.act.at, entry.version) == ("schedule", "li", at(3), None)
    assert (entry.after["publish_at"], entry.after["scheduled_by"]) == (at(60), "li")


@pytest.mark.parametrize("moment", [at(3), at(2), datetime(1, 1, 1, tzinfo=UTC)])
def test_a_moment_that_is_not_to_come_is_refused(moment: datetime) -> None:
    document = approved()
    with pytest.raises(PublishTimePast, match="发布时间已过") as refusal:
        document.schedule(moment, act("li", 3))
    assert refusal.value.facts["field"] == "publish_at"
    assert (document.state, document.scheduled) == (State.APPROVED, None)


@pytest.mark.parametrize("moment", [at(3) + timedelta(days=366, seconds=1), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_more_than_a_year_ahead_is_refused(moment: datetime) -> None:
    with pytest.raises(PublishTimeTooFar, match="最迟为 2027年3月6日 09:03") as refusal:
        approved().schedule(moment, act("li", 3))
    assert refusal.value.facts["field"] == "publish_at"


def test_the_same_day_a_leap_year_later_can_be_planned() -> None:
    document = approved()
    document.schedule(at(3) + timedelta(days=366), act("li", 3))
    assert document.state is State.SCHEDULED


def test_a_plan_can_be_moved_and_the_history_has_both_times() -> None:
    document = scheduled(at(60))
    document.schedule(at(90), act("zhao", 5))
    assert document.scheduled == Schedule(at(90), "zhao", "Zhao")
    entry = document.entries[-1]
    assert (entry.before["publish_at"], entry.after["publish_at"]) == (at(60), at(90))
    assert (entry.before["scheduled_by"], entry.after["scheduled_by"]) == ("li", "zhao")


def test_a_plan_that_is_called_off_leaves_the_document_approved() -> None:
    document = scheduled()
    document.call_off(act("li", 5))
    assert (document.state, document.scheduled) == (State.APPROVED, None)
    assert document.edition.approval
    assert document.publish(act("li", 6)) == PUBLISHED


@pytest.mark.parametrize(
    ("leave", "state"),
    [
        (lambda document: document.edit(content("改"), act("wang", 5)), State.DRAFT),
        (lambda document: document.send_back(act("li", 5, "再改改")), State.RETURNED),
        (lambda document: document.withdraw(act("li", 5, "不再需要")), State.WITHDRAWN),
        (lambda document: document.receive(content("部门新稿"), act("dept", 5)), State.IN_REVIEW),
        (lambda document: document.publish_received(content("部门新稿"), act("dept", 5)), State.PUBLISHED),
        (lambda document: document.publish(act("li", 5)), State.PUBLISHED),
    ],
)
def test_whatever_else_happens_to_a_planned_document_ends_the_plan(
    leave: Callable[[Document], object], state: State
) -> None:
    document = scheduled()
    leave(document)
    assert (document.state, document.scheduled) == (state, None)
    assert document.entries[-1].before["publish_at"] == at(60)
    if state in (State.DRAFT, State.RETURNED, State.IN_REVIEW):
        assert document.edition.approval is None
        with pytest.raises(WrongState):
            document.schedule(at(90), act("li", 6))


@pytest.mark.parametrize("state", State)
def test_only_what_is_approved_can_be_planned_and_only_a_plan_called_off(state: State) -> None:
    steps: dict[Action, Callable[[Document], None]] = {
        Action.SCHEDULE: lambda document: document.schedule(at(60), act("li", 4)),
        Action.CALL_OFF: lambda document: document.call_off(act("li", 4)),
        Action.HALT: lambda document: document.halt(act("schedule:li", 4, "因")),
    }
    for action, step in steps.items():
        document = approved()
        document.state = state
        if (state, action) in TRANSITIONS:
            step(document)
            assert document.state is TRANSITIONS[state, action]
        else:
            with pytest.raises(WrongState):
                step(document)


def test_the_schedule_publishes_on_behalf_of_who_planned_it_and_is_dated_when_it_did() -> None:
    document = scheduled(at(60))
    plan = document.scheduled
    assert plan
    late = at(60) + timedelta(seconds=2)
    assert document.publish(Act(plan.actor, late, plan.promise, plan.actor_name)) == PUBLISHED
    assert (document.state, document.version, document.published_at) == (State.PUBLISHED, 1, late)
    entry = document.entries[-1]
    assert (entry.act.by, entry.act.name) == ("schedule:li", "定时发布（代Li）")
    assert entry.act.note == "原定 2026年3月5日 10:00 发布"


def test_content_changed_behind_the_approval_is_neither_planned_nor_published_on_time() -> None:
    for document in (approved(), scheduled()):
        object.__setattr__(document.edition, "content", content("偷换的内容"))
        with pytest.raises(ApprovalVoid):
            document.schedule(at(90), act("li", 4))
        with pytest.raises(ApprovalVoid):
            document.publish(act("schedule:li", 60))


def test_a_halted_document_is_approved_and_says_why_until_the_next_step() -> None:
    document = scheduled()
    document.halt(act("schedule:li", 60, "栏目已停用"))
    assert (document.state, document.scheduled, document.hindrance) == (State.APPROVED, None, "栏目已停用")
    assert (document.entries[-1].action, document.entries[-1].act.note) == ("halt", "栏目已停用")
    document.schedule(at(120), act("li", 61))
    assert document.hindrance is None


def test_of_a_planned_revision_the_public_sees_the_old_edition_until_its_time() -> None:
    document = published()
    document.revise(act("wang", 5))
    document.edit(content("修订稿"), act("wang", 6))
    document.submit(act("wang", 7))
    document.approve(act("li", 8))
    document.schedule(at(60), act("li", 9))
    assert (document.is_public, document.face.title, document.version) == (True, "关于样例的通知", 1)
    assert document.publish(act("schedule:li", 60)) == REVISED
    assert (document.face.title, document.version, document.published_at) == ("修订稿", 2, at(3))


@pytest.mark.parametrize(
    ("department", "column", "in_use", "reason"),
    [
        (AUDIT, None, False, ""),
        (AUDIT, "notices", True, ""),
        (AUDIT, "notices", False, "栏目“notices”已停用或不存在"),
        (Department("audit", "审计局", active=False), None, False, "部门“审计局”已停用"),
        (None, "notices", True, "部门已不存在"),
    ],
)
def test_what_stands_against_a_publication_is_said(
    department: Department | None, column: str | None, in_use: bool, reason: str
) -> None:
    said = hindrance(department, column, in_use)
    assert reason in said
    assert bool(said) == bool(reason)


def test_moments_are_told_in_china() -> None:
    assert spoken(MORNING) == "2026年3月5日 09:00"


def test_a_draft_cannot_be_planned() -> None:
    with pytest.raises(WrongState, match="草稿"):
        Document.schedule(draft(), at(60), act("li", 1))
