"""What each act requires and does beyond moving the request to its next state; one rule, one error."""

from collections.abc import Callable
from dataclasses import replace

from intake.domain.clock import ClockEvent, ClockKind, rules_for
from intake.domain.outcomes import NOT_CORRECTED, OTHER, check_ground
from intake.domain.request import DisclosureRequest, Step
from shared.calendar import WorkCalendar, count_working_days
from shared.rules import DomainError

Effect = Callable[[DisclosureRequest, Step, WorkCalendar], DisclosureRequest]
CORRECTION_DAYS = range(1, 61)


class CorrectionAskedBefore(DomainError):
    """补正通知只能发一次（条例第三十条：一次性告知），{number} 已经通知过。"""


class CorrectionNoticeLate(DomainError):
    """补正通知须在收到申请之日起{term}个工作日内发出，最迟 {last}。"""


class CorrectionPeriodOutOfRange(DomainError):
    """补正期限须为 1 至 60 个工作日。"""

    status = 422


class CorrectionPeriodRuns(DomainError):
    """补正期限到 {until} 为止，届满之前不能视为放弃。"""


class ExtendedBefore(DomainError):
    """答复期限只能延长一次，{number} 已经延长过。"""


class ExtensionOutOfRange(DomainError):
    """延长须为 1 至 {most} 个工作日（{source}）。"""

    status = 422


class ExtensionTooLate(DomainError):
    """答复期限已于 {due_on} 届满，不能再延长。"""


class TextMissing(DomainError):
    """{action}须写明内容或理由。"""

    status = 422


class OutcomeMissing(DomainError):
    """提交签发前须选定办理结果。"""

    status = 422


class SamePersonHandledAndApproves(DomainError):
    """承办人与签发人不能是同一人：{subject} 承办过 {number}。"""


def _written(step: Step) -> None:
    if not step.text.strip():
        raise TextMissing(action=step.action.label, field="text")


def nothing_more(request: DisclosureRequest, _step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    return request


def confirm_receipt(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    """The office confirms an internet filing: this is its day of receipt (条例 art. 31(3))."""
    if any(event.kind is ClockKind.START for event in request.ledger):
        return request
    reason = "收到申请之日（双方确认之日，条例第三十一条），自次日起计算"
    return request.clocked(ClockEvent(ClockKind.START, step.on, reason=reason))


def take_in_hand(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    """Remember who handled the request, so that someone else approves it."""
    return replace(request, handlers=request.handlers | {step.actor.subject})


def ask_for_correction(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    """One notice, within seven working days, naming a reasonable period (条例 art. 30)."""
    term = rules_for(request.received_on).correction_notice
    last = count_working_days(calendar, request.received_on, term).due_on
    if request.correction_until is not None:
        raise CorrectionAskedBefore(number=request.number)
    if step.on > last:
        raise CorrectionNoticeLate(term=term, last=last)
    if step.days not in CORRECTION_DAYS:
        raise CorrectionPeriodOutOfRange(field="days")
    _written(step)
    until = count_working_days(calendar, step.on, step.days).due_on
    reason = "已通知补正，自收到补正之日起重新计算（条例第三十条）"
    waiting = request.clocked(ClockEvent(ClockKind.PAUSE, step.on, reason=reason))
    return replace(take_in_hand(waiting, step, calendar), correction_until=until)


def receive_correction(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    """The reply term runs anew from the receipt of the correction (条例 art. 30)."""
    _written(step)
    reason = "收到补正之日，自次日起重新计算（条例第三十条）"
    return request.clocked(ClockEvent(ClockKind.RESTART, step.on, reason=reason))


def lapse(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    """No correction in time and no reason: the request counts as given up (条例 art. 30)."""
    if request.correction_until is None or step.on <= request.correction_until:
        raise CorrectionPeriodRuns(until=request.correction_until)
    return replace(request, outcome=NOT_CORRECTED, decided_on=step.on)


def consult(reason: str) -> Effect:
    """Stop the clock while others are heard (条例 arts. 32–34)."""

    def effect(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
        longest = rules_for(request.received_on).consultation
        paused = request.clocked(ClockEvent(ClockKind.PAUSE, step.on, longest, reason))
        return take_in_hand(paused, step, calendar)

    return effect


def resume(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    return request.clocked(ClockEvent(ClockKind.RESUME, step.on))


def extend(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    """Once, before the term ends, with the consent of the office's head (条例 art. 33)."""
    rules = rules_for(request.received_on)
    if request.extended:
        raise ExtendedBefore(number=request.number)
    if not 1 <= step.days <= rules.extension:
        raise ExtensionOutOfRange(most=rules.extension, source=rules.source, field="days")
    _written(step)
    if request.due_on is None or step.on > request.due_on:
        raise ExtensionTooLate(due_on=request.due_on)
    by_another(request, step, calendar)
    return request.clocked(ClockEvent(ClockKind.EXTEND, step.on, step.days, "经行政机关负责人同意"))


def draft(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    """Write the reply, or write it anew; the outcome may still be open."""
    _written(step)
    return _with_outcome(request, step, calendar)


def _with_outcome(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    if step.outcome is not None:
        check_ground(step.outcome, request.corrected)
    drafted = replace(request, outcome=step.outcome or request.outcome)
    return take_in_hand(drafted, step, calendar)


def submit_for_approval(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    """The drafted reply goes to the approver with exactly one outcome."""
    submitted = _with_outcome(request, step, calendar)
    if submitted.outcome is None:
        raise OutcomeMissing(field="outcome")
    return submitted


def by_another(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    """Whoever handled a request does not sign its decision (two-person rule)."""
    if step.actor.subject in request.handlers:
        raise SamePersonHandledAndApproves(subject=step.actor.subject, number=request.number)
    return request


def approve(request: DisclosureRequest, step: Step, calendar: WorkCalendar) -> DisclosureRequest:
    return replace(by_another(request, step, calendar), decided_on=step.on)


def serve(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    return replace(request, served_on=step.on)


def withdraw(request: DisclosureRequest, step: Step, _calendar: WorkCalendar) -> DisclosureRequest:
    return replace(request, outcome=OTHER, decided_on=step.on)
