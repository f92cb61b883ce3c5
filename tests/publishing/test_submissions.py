"""What a department's system asks, decided on stores in memory."""

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.domain.content import StoredFile
from publishing.domain.department import Department
from publishing.domain.rules import SubmissionRejected
from publishing.domain.states import State
from publishing.domain.submission import Outcome, Submission, Withdrawal
from publishing.handlers.submissions import (
    Intake,
    first_edition,
    prepared_first_edition,
    take_submission,
    take_withdrawal,
)
from shared.events import DepartmentSystem, DocumentState
from tests.publishing.fakes import FakeDocuments, FakeEvents, FakeFiles, FakeSubmissions, fake_intake
from tests.publishing.sample import MORNING, TRUSTED, UNTRUSTED, submission, withdrawal


async def take(asked: Submission | Withdrawal, intake: Intake, sender: object = TRUSTED) -> Outcome:
    sender = TRUSTED if sender is TRUSTED else UNTRUSTED
    if isinstance(asked, Withdrawal):
        return await take_withdrawal(asked, sender, MORNING, intake)
    return await take_submission(asked, sender, MORNING, intake)


def sent(intake: Intake) -> list[tuple[str, int]]:
    return [(event.type, event.sequence) for event in cast(FakeEvents, intake.events).sent]


def last_state(intake: Intake) -> DocumentState:
    return cast(DocumentState, cast(FakeEvents, intake.events).sent[-1].data)


async def test_a_trusted_system_publishes_at_once() -> None:
    intake = fake_intake()
    outcome = await take(submission(column="notices", keywords=["审计"]), intake)
    assert (outcome.status, outcome.version, outcome.next_step) == ("accepted", 1, "已发布，公众可以查看和检索")
    state = last_state(intake)
    assert (state.title, state.body, state.department_name, state.external_id) == (
        "第1稿",
        "正文1",
        "审计局",
        "2026-017",
    )
    assert sent(intake) == [("document.published", 1)]


async def test_another_system_sends_into_review() -> None:
    intake = fake_intake()
    outcome = await take(submission(), intake, UNTRUSTED)
    assert (outcome.status, outcome.version, outcome.next_step) == ("accepted", 0, "已进入审核，签发后发布")
    document = await intake.documents.get(outcome.document_id)  # type: ignore[arg-type]
    assert (document.state, sent(intake)) == (State.IN_REVIEW, [])


@pytest.mark.parametrize("sequence", [1, 2])
async def test_the_same_or_a_lower_sequence_is_a_duplicate_without_effect(sequence: int) -> None:
    intake = fake_intake()
    first = await take(submission(2), intake)
    outcome = await take(submission(sequence), intake)
    assert (outcome.status, outcome.document_id, outcome.version) == ("duplicate", first.document_id, 1)
    assert len(sent(intake)) == 1


async def test_a_withdrawal_carries_title_and_reason_and_nothing_else() -> None:
    intake = fake_intake()
    await take(submission(1), intake)
    await take(withdrawal(2), intake)
    state = last_state(intake)
    assert (state.status, state.title, state.withdrawal_reason) == ("withdrawn", "第1稿", "内容有误")
    assert (state.body, state.attachments) == ("", ())
    assert sent(intake)[-1] == ("document.withdrawn", 2)


async def test_a_withdrawn_document_cannot_be_resurrected_by_a_late_submission() -> None:
    intake = fake_intake()
    unknown = await take(withdrawal(5), intake)
    late = await take(submission(4), intake)
    assert (unknown.status, unknown.document_id) == ("accepted", None)
    assert (late.status, sent(intake)) == ("duplicate", [])


async def test_a_newer_submission_after_a_withdrawal_is_published() -> None:
    intake = fake_intake()
    for asked in (submission(1), withdrawal(2), submission(3)):
        await take(asked, intake)
    assert sent(intake) == [("document.published", 1), ("document.withdrawn", 2), ("document.published", 3)]


async def test_a_second_withdrawal_changes_nothing() -> None:
    intake = fake_intake()
    for asked in (submission(1), withdrawal(2), withdrawal(3)):
        outcome = await take(asked, intake)
    assert (outcome.status, outcome.version, len(sent(intake))) == ("accepted", 2, 2)


async def test_what_its_kind_requires_is_asked_for_field_by_field() -> None:
    with pytest.raises(SubmissionRejected) as rejection:
        await take(submission(kind="normative_document", body=""), fake_intake())
    assert [field for field, _ in rejection.value.errors] == ["document_number", "issued_on", "body"]


async def test_an_attachment_that_was_never_uploaded_is_named() -> None:
    with pytest.raises(SubmissionRejected) as rejection:
        await take(submission(attachments=[{"name": "a.pdf", "sha256": "a" * 64}]), fake_intake())
    assert rejection.value.errors == (("attachments.0", "没有找到这个附件，请先上传"),)


async def test_the_text_of_attachments_goes_out_with_the_event() -> None:
    intake = fake_intake()
    file = StoredFile("a" * 64, 9, "text/plain", "附件里的字")
    await cast(FakeFiles, intake.files).put(file, "x")
    await take(submission(attachments=[{"name": "a.txt", "sha256": "a" * 64}]), intake)
    (attachment,) = last_state(intake).attachments
    assert (attachment.name, attachment.text, attachment.extraction) == ("a.txt", "附件里的字", "ok")


def test_a_first_edition_is_what_the_long_way_would_make() -> None:
    intake = fake_intake()
    asked = submission(3, keywords=["审计"])
    outcome = asyncio.run(take(asked, intake))
    first = first_edition(asked, TRUSTED, MORNING, "m")
    assert first.event is not None
    same = {"id": outcome.document_id and str(outcome.document_id)}
    assert first.event.data.model_copy(update=same) == last_state(intake)
    assert first.outcome.model_copy(update={"document_id": outcome.document_id, "in_reply_to": ""}) == outcome


async def test_a_large_submission_leaves_time_to_others() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    asked = submission(body="公开的内容一行又一行\n" * 20_000)
    working = asyncio.create_task(others())
    first = await prepared_first_edition(asked, TRUSTED, MORNING, "m")
    working.cancel()
    assert first.event is not None
    assert turns > 1


steps = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(["submit", "withdraw"]), st.booleans()), min_size=1, max_size=12
)


@given(steps)
def test_any_order_and_repetition_leaves_the_highest_sequence(messages: list[tuple[int, str, bool]]) -> None:
    """One external id; each sequence asks for one thing, however often and in whatever order it comes."""
    asked = {sequence: action for sequence, action, _ in reversed(messages)}
    intake = fake_intake()

    async def deliver() -> None:
        for sequence, _, again in messages:
            message = submission(sequence) if asked[sequence] == "submit" else withdrawal(sequence)
            for _ in range(1 + again):
                await take(message, intake)

    asyncio.run(deliver())
    highest = max(sequence for sequence, _, _ in messages)
    held = list(cast(FakeDocuments, intake.documents).held.values())
    if asked[highest] == "submit":
        assert (held[0].is_public, held[0].face.title) == (True, f"第{highest}稿")
    else:
        assert not any(document.is_public for document in held)
    assert len(held) <= 1
    assert [number for _, number in sent(intake)] == list(range(1, len(sent(intake)) + 1))


@given(st.permutations(["a", "b", "c", "a", "b"]))
def test_new_external_ids_are_claimed_once_in_a_batch(order: list[str]) -> None:
    submissions = FakeSubmissions(FakeDocuments())
    firsts = [first_edition(submission(1, external_id), TRUSTED, MORNING, "m") for external_id in order]
    new = asyncio.run(submissions.claim_new([first.key for first in firsts]))
    assert len(new) == 3


def system(trusted: bool, active: bool = True) -> DepartmentSystem:
    return DepartmentSystem(client_id="c", broker_user="dept_audit", trusted=trusted, active=active)


def test_a_shared_broker_user_is_trusted_only_if_every_active_system_is() -> None:
    mixed = Department("audit", "审计局", True, (system(True), system(False)))
    sound = Department("audit", "审计局", True, (system(True), system(False, active=False)))
    assert [each.sender_on_broker("dept_audit").trusted for each in (mixed, sound)] == [False, True]  # type: ignore[union-attr]
    assert Department("audit", "审计局", False, (system(True),)).sender_on_broker("dept_audit") is None
