"""The state machine: what is possible, by whom, under which rules."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from intake.domain.effects import (
    CorrectionAskedBefore,
    CorrectionNoticeLate,
    CorrectionPeriodOutOfRange,
    CorrectionPeriodRuns,
    ExtendedBefore,
    ExtensionOutOfRange,
    ExtensionTooLate,
    OutcomeMissing,
    SamePersonHandledAndApproves,
    TextMissing,
)
from intake.domain.outcomes import OUTCOMES, OutcomeUnknown, OutcomeWithoutGround, outcome_of, remedies
from intake.domain.request import Actor, Step, recount
from intake.domain.states import Action, Part, Status
from intake.domain.transitions import (
    TRANSITIONS,
    DateOutOfOrder,
    NotPossibleNow,
    NotYourPart,
    Transition,
    draw_states,
    possible,
)
from tests.intake.sample import (
    APPLICANT,
    APPROVER,
    CALENDAR,
    EVERY_PART,
    HANDLER,
    MONDAY,
    REGISTRAR,
    after,
    did,
    in_approval,
    noon,
    processing,
    step,
    submitted,
    taken,
)

DIAGRAM = Path(__file__).parents[2] / "docs" / "request-states.md"


def test_a_request_goes_from_submission_to_archive() -> None:
    request = did(
        submitted(),
        step(Action.RECEIVE, REGISTRAR, MONDAY),
        step(Action.REGISTER, REGISTRAR, after(1)),
        step(Action.ACCEPT, HANDLER, after(1)),
        step(Action.DRAFT, HANDLER, after(2), text="答复"),
        step(Action.REPLY, HANDLER, after(3), outcome="R3.2"),
        step(Action.APPROVE, APPROVER, after(4)),
        step(Action.SERVE, HANDLER, after(7)),
        step(Action.CLOSE, REGISTRAR, after(8)),
    )
    assert (request.status, request.version) == (Status.CLOSED, 9)
    assert (request.decided_on, request.served_on) == (after(4), after(7))
    assert [line.after for line in request.history] == [
        "submitted",
        "received",
        "registered",
        "processing",
        "drafting",
        "in_approval",
        "decided",
        "served",
        "closed",
    ]
    assert [line.before for line in request.history[1:]] == [line.after for line in request.history[:-1]]


def test_registration_of_a_web_filing_confirms_the_day_of_receipt() -> None:
    request = did(submitted(), step(Action.REGISTER, REGISTRAR, after(2)))
    assert submitted().due_provisional
    assert (request.received_on, request.due_provisional) == (after(2), False)


def test_registration_does_not_move_a_receipt_already_confirmed() -> None:
    received = did(submitted(), step(Action.RECEIVE, REGISTRAR, after(1)))
    assert did(received, step(Action.REGISTER, REGISTRAR, after(3))).received_on == after(1)


EXPECTED = {(row.action, source) for row in TRANSITIONS for source in row.sources}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_what_the_table_does_not_have_is_refused_with_what_is_possible(action: Action, status: Status) -> None:
    if (action, status) in EXPECTED:
        return
    with pytest.raises(NotPossibleNow) as refused:
        taken(replace(submitted(), status=status), step(action, EVERY_PART, MONDAY))
    rows = possible(status)
    assert all(row.action.label in str(refused.value) for row in rows)
    assert rows or "已办结" in str(refused.value)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.action.value)
def test_an_act_is_refused_to_everyone_the_table_does_not_name(row: Transition) -> None:
    outsider = Actor("x", frozenset(Part) - row.parts)
    with pytest.raises(NotYourPart):
        taken(submitted(), step(row.action, outsider, MONDAY))


def test_a_refused_act_leaves_the_request_as_it_was() -> None:
    request = processing()
    with pytest.raises(NotPossibleNow):
        taken(request, step(Action.SERVE, HANDLER, MONDAY))
    assert request == processing()


def test_a_day_before_the_last_step_or_after_today_is_refused() -> None:
    request = did(submitted(), step(Action.REGISTER, REGISTRAR, after(2)))
    early, late = step(Action.ACCEPT, HANDLER, after(1)), step(Action.ACCEPT, HANDLER, after(3))
    with pytest.raises(DateOutOfOrder):
        taken(request, early)
    with pytest.raises(DateOutOfOrder):
        taken(request, replace(late, on=after(4)))


def test_a_recount_by_a_new_calendar_is_no_act_after_which_others_must_lie() -> None:
    provisional = replace(processing(), due_provisional=True)
    recounted = recount(provisional, CALENDAR, noon(after(5)), "registrar")
    assert recounted is not None
    consulted = replace(step(Action.CONSULT_AGENCY, HANDLER, after(4)), at=noon(after(5)))
    assert [line.on for line in taken(recounted[0], consulted)[0].history[-2:]] == [after(5), after(4)]


def test_whoever_handled_a_request_cannot_approve_it() -> None:
    both = Actor(HANDLER.subject, frozenset({Part.HANDLER, Part.APPROVER}))
    with pytest.raises(SamePersonHandledAndApproves):
        taken(in_approval(), step(Action.APPROVE, both, after(1)))
    assert did(in_approval(), step(Action.APPROVE, APPROVER, after(1))).status is Status.DECIDED


def test_a_second_handler_does_not_free_the_first_to_approve() -> None:
    other = Actor("han2", frozenset({Part.HANDLER}))
    request = did(
        processing(),
        step(Action.DRAFT, other, MONDAY, text="答复", outcome="R3.1"),
        step(Action.REPLY, other, MONDAY),
    )
    first = Actor(HANDLER.subject, frozenset({Part.APPROVER}))
    with pytest.raises(SamePersonHandledAndApproves):
        taken(request, step(Action.APPROVE, first, MONDAY))


def test_a_reply_needs_words_and_an_outcome() -> None:
    with pytest.raises(TextMissing):
        taken(processing(), step(Action.DRAFT, HANDLER, MONDAY, text="  "))
    drafted = did(processing(), step(Action.DRAFT, HANDLER, MONDAY, text="答复"))
    with pytest.raises(OutcomeMissing):
        taken(drafted, step(Action.REPLY, HANDLER, MONDAY))


def test_a_returned_reply_can_be_drafted_anew_and_a_served_one_cannot() -> None:
    again = step(Action.DRAFT, HANDLER, MONDAY, text="新答复")
    returned = did(in_approval(), step(Action.RETURN, APPROVER, MONDAY, text="修改"))
    assert did(returned, again).status is Status.DRAFTING
    decided = did(in_approval(), step(Action.APPROVE, APPROVER, MONDAY))
    with pytest.raises(NotPossibleNow):
        taken(did(decided, step(Action.SERVE, HANDLER, MONDAY)), again)


def ask(on: date, days: int = 10) -> Step:
    return step(Action.REQUEST_CORRECTION, HANDLER, on, days=days, text="请明确文件名称")


def test_a_correction_is_asked_once_and_restarts_the_clock() -> None:
    waiting = did(processing(), ask(after(1)))
    assert (waiting.status, waiting.due_on) == (Status.AWAITING_CORRECTION, None)
    corrected = did(waiting, step(Action.CORRECT, APPLICANT, after(9), text="补正"))
    assert corrected.due_on == processing(after(9)).due_on
    with pytest.raises(CorrectionAskedBefore):
        taken(corrected, ask(after(10)))


def test_a_correction_notice_after_seven_working_days_is_too_late() -> None:
    last = after(9)  # Wednesday of the next week
    assert did(processing(), ask(last)).status is Status.AWAITING_CORRECTION
    with pytest.raises(CorrectionNoticeLate, match="2026-03-11"):
        taken(processing(), ask(after(10)))


@pytest.mark.parametrize("days", [0, 61])
def test_a_correction_notice_names_a_reasonable_period(days: int) -> None:
    with pytest.raises(CorrectionPeriodOutOfRange):
        taken(processing(), ask(after(1), days))


def test_a_request_lapses_only_after_the_period_for_correction() -> None:
    waiting = did(processing(), ask(MONDAY, 5))
    with pytest.raises(CorrectionPeriodRuns):
        taken(waiting, step(Action.LAPSE, HANDLER, after(7)))
    lapsed, event = taken(waiting, step(Action.LAPSE, HANDLER, after(8)))
    assert lapsed.outcome == OUTCOMES["R3.6.1"]
    assert event.type == "request.decided"


def test_a_consultation_pauses_the_clock() -> None:
    asked = step(Action.CONSULT_THIRD_PARTY, HANDLER, after(1), text="征求意见函")
    heard = did(processing(), asked, step(Action.END_CONSULTATION, HANDLER, after(4), text="同意"))
    plain = processing().due_on
    assert plain is not None
    assert heard.due_on is not None
    assert CALENDAR.is_working_day(heard.due_on)
    assert (heard.due_on - plain).days == 3


def test_an_extension_is_granted_once_by_someone_who_did_not_handle() -> None:
    extension = step(Action.EXTEND, APPROVER, after(2), days=20, text="资料较多")
    extended = did(processing(), extension)
    assert extended.extended
    assert extended.due_on == date(2026, 4, 28)
    with pytest.raises(ExtendedBefore):
        taken(extended, extension)


@pytest.mark.parametrize("days", [0, 21])
def test_an_extension_is_at_most_twenty_days(days: int) -> None:
    with pytest.raises(ExtensionOutOfRange, match="20"):
        taken(processing(), step(Action.EXTEND, APPROVER, after(1), days=days, text="理由"))


def test_under_the_old_law_an_extension_is_at_most_fifteen_days() -> None:
    old = processing(date(2019, 5, 14))
    with pytest.raises(ExtensionOutOfRange, match="15"):
        taken(old, step(Action.EXTEND, APPROVER, date(2019, 5, 15), days=16, text="理由"))


def test_a_term_that_has_ended_cannot_be_extended() -> None:
    request = processing()
    assert request.due_on == date(2026, 3, 30)
    with pytest.raises(ExtensionTooLate):
        taken(request, step(Action.EXTEND, APPROVER, date(2026, 3, 31), days=5, text="理由"))


def test_an_applicant_can_withdraw_until_the_decision() -> None:
    withdrawn, event = taken(in_approval(), step(Action.WITHDRAW, APPLICANT, MONDAY))
    assert (withdrawn.status, event.type) == (Status.WITHDRAWN, "request.decided")
    decided = did(in_approval(), step(Action.APPROVE, APPROVER, MONDAY))
    with pytest.raises(NotPossibleNow):
        taken(decided, step(Action.WITHDRAW, APPLICANT, MONDAY))


def test_every_step_tells_the_state_after_it() -> None:
    request, event = taken(submitted(), step(Action.REGISTER, REGISTRAR, after(1)))
    assert (event.type, event.subject, event.sequence) == ("request.changed", request.number, 2)
    assert event.data == request.state()


def test_there_are_twenty_one_leaf_outcomes_each_with_its_basis() -> None:
    assert len(OUTCOMES) == 21
    assert all(outcome.basis and outcome.label and outcome.group for outcome in OUTCOMES.values())
    with pytest.raises(OutcomeUnknown):
        outcome_of("R3.3")


@pytest.mark.parametrize("code", ["R3.4.3", "R3.6.1"])
def test_an_outcome_that_rests_on_a_correction_needs_one(code: str) -> None:
    with pytest.raises(OutcomeWithoutGround):
        taken(processing(), step(Action.DRAFT, HANDLER, MONDAY, text="答复", outcome=code))


@pytest.mark.parametrize(("code", "first"), [("R3.1", False), ("R3.2", True), ("R3.3.5", True), ("R3.4.1", False)])
def test_whoever_is_refused_information_is_told_to_seek_review_first(code: str, first: bool) -> None:
    assert ("应当先申请行政复议" in remedies(outcome_of(code))) is first


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    block = DIAGRAM.read_text("utf-8").split("```mermaid\n")[1].split("```")[0]
    assert block == draw_states(), "put the output of intake.domain.transitions.draw_states() there"
