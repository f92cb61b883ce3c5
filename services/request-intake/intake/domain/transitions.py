"""The state machine of a request as a table: from where, by which act, by whom, to where, with what effect.

Law: 条例 arts. 29–45 (rules A3 and B1 of the specification). `docs/request-states.md` is drawn from it.
"""

from dataclasses import dataclass, replace

from intake.domain import effects
from intake.domain.effects import Effect
from intake.domain.request import DisclosureRequest, HistoryEntry, Step, day_in_china
from intake.domain.states import UNDECIDED, Action, Part, Status
from shared.calendar import WorkCalendar
from shared.events import Event
from shared.rules import DomainError

A, P, S = Action, Part, Status
OFFICE = frozenset({P.REGISTRAR, P.HANDLER})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `target` None stays where it is; `tells` is the event: request.changed or .decided."""

    action: Action
    sources: frozenset[Status]
    target: Status | None
    parts: frozenset[Part]
    effect: Effect
    tells: str = "changed"


def _row(
    action: Action,
    sources: set[Status] | frozenset[Status],
    target: Status | None,
    parts: set[Part] | frozenset[Part],
    effect: Effect = effects.nothing_more,
    tells: str = "changed",
) -> Transition:
    return Transition(action, frozenset(sources), target, frozenset(parts), effect, tells)


CONSULTING = {S.CONSULTING_THIRD_PARTY, S.CONSULTING_AGENCY}
THIRD_PARTY = effects.consult("征求第三方意见，不计入期限（条例第三十二条、第三十三条）")
AGENCY = effects.consult("征求其他机关意见，不计入期限（条例第三十三条、第三十四条）")

TRANSITIONS = (
    _row(A.RECEIVE, {S.SUBMITTED}, S.RECEIVED, {P.REGISTRAR}, effects.confirm_receipt),
    _row(A.REGISTER, {S.SUBMITTED, S.RECEIVED}, S.REGISTERED, {P.REGISTRAR}, effects.confirm_receipt),
    _row(A.ACCEPT, {S.REGISTERED}, S.PROCESSING, {P.HANDLER}, effects.take_in_hand),
    _row(
        A.REQUEST_CORRECTION,
        {S.PROCESSING},
        S.AWAITING_CORRECTION,
        {P.HANDLER},
        effects.ask_for_correction,
    ),
    _row(A.CORRECT, {S.AWAITING_CORRECTION}, S.PROCESSING, OFFICE | {P.APPLICANT}, effects.receive_correction),
    _row(A.LAPSE, {S.AWAITING_CORRECTION}, S.LAPSED, OFFICE, effects.lapse, "decided"),
    _row(A.CONSULT_THIRD_PARTY, {S.PROCESSING}, S.CONSULTING_THIRD_PARTY, {P.HANDLER}, THIRD_PARTY),
    _row(A.CONSULT_AGENCY, {S.PROCESSING}, S.CONSULTING_AGENCY, {P.HANDLER}, AGENCY),
    _row(A.END_CONSULTATION, CONSULTING, S.PROCESSING, {P.HANDLER}, effects.resume),
    _row(A.EXTEND, {S.PROCESSING, S.DRAFTING}, None, {P.APPROVER}, effects.extend),
    _row(A.DRAFT, {S.PROCESSING, S.DRAFTING}, S.DRAFTING, {P.HANDLER}, effects.draft),
    _row(A.REPLY, {S.DRAFTING}, S.IN_APPROVAL, {P.HANDLER}, effects.submit_for_approval),
    _row(A.RETURN, {S.IN_APPROVAL}, S.DRAFTING, {P.APPROVER}, effects.by_another),
    _row(A.APPROVE, {S.IN_APPROVAL}, S.DECIDED, {P.APPROVER}, effects.approve, "decided"),
    _row(A.SERVE, {S.DECIDED}, S.SERVED, OFFICE, effects.serve),
    _row(A.CLOSE, {S.SERVED}, S.CLOSED, {P.REGISTRAR}),
    _row(A.WITHDRAW, UNDECIDED, S.WITHDRAWN, {P.REGISTRAR, P.APPLICANT}, effects.withdraw, "decided"),
)
BY_ACTION = {row.action: row for row in TRANSITIONS}


class NotPossibleNow(DomainError):
    """申请 {number} 当前“{status}”，不能{action}。现在可以：{possible}。"""


class NotYourPart(DomainError):
    """{action}由{parts}进行。"""

    status = 403


class DateOutOfOrder(DomainError):
    """日期 {on} 不能早于上一步的 {last}，也不能晚于今天 {today}。"""

    status = 422


def possible(status: Status) -> tuple[Transition, ...]:
    """The rows that lead on from here."""
    return tuple(row for row in TRANSITIONS if status in row.sources)


def in_words(rows: tuple[Transition, ...]) -> str:
    """What can be done, and by whom, for people to read."""
    return "、".join(f"{row.action.label}（{_parts(row)}）" for row in rows) or "无（已办结）"


def _parts(row: Transition) -> str:
    return "或".join(part.label for part in Part if part in row.parts)


def take(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> tuple[DisclosureRequest, Event]:
    """Do one act: the request after it, and the fact to tell.

    Raises:
        NotYourPart: the actor never does this.
        NotPossibleNow: the present state does not lead there.
        DateOutOfOrder: the day lies before the last step or in the future.
        DomainError: a rule of the act itself is broken; see `effects`.
    """
    row = _allowed(request, step)
    changed = row.effect(request, step, calendar)
    if changed.ledger != request.ledger:
        changed = changed.recounted(calendar)
    status = row.target or request.status
    version = request.version + 1
    entry = HistoryEntry(
        version,
        step.at,
        step.on,
        step.actor.subject,
        step.action.label,
        request.status.value,
        status.value,
    )
    changed = replace(changed, status=status, version=version, history=(*request.history, entry))
    return changed, changed.told(row.tells, step.actor.subject)


def _allowed(request: DisclosureRequest, step: Step) -> Transition:
    row = BY_ACTION[step.action]
    if not row.parts & step.actor.parts:
        raise NotYourPart(action=step.action.label, parts=_parts(row))
    if request.status not in row.sources:
        raise NotPossibleNow(
            number=request.number,
            status=request.status.label,
            action=step.action.label,
            possible=in_words(possible(request.status)),
        )
    last, today = request.last_act_on, day_in_china(step.at)
    if not last <= step.on <= today:
        raise DateOutOfOrder(on=step.on, last=last, today=today, field="on")
    return row


def draw_states() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{status.label}" as {status.value}' for status in Status]
    lines += ["    [*] --> submitted: 网上提交", "    [*] --> received: 登记人录入"]
    for row in TRANSITIONS:
        for source in [status for status in Status if status in row.sources]:
            target = row.target or source
            lines.append(f"    {source.value} --> {target.value}: {row.action.label}（{_parts(row)}）")
    ends = [status for status in Status if not possible(status)]
    return "\n".join(lines + [f"    {status.value} --> [*]" for status in ends]) + "\n"
