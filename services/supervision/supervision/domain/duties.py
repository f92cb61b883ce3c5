"""Duties and how they stand on a day: obligations of the catalogue, and replies owed to requests."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import WorkCalendar, count_working_days
from shared.events import RequestState

SOON_WORKING_DAYS = 5
# A request that ends in one of these needs no decision (条例 art. 30 and 42; or its applicant took it back).
ENDED_UNDECIDED = frozenset({"withdrawn", "lapsed_uncorrected", "lapsed_unpaid"})


class DutyState(StrEnum):
    """How a duty stands on a day; Chinese labels are in `DUTY_LABELS`."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"


DUTY_LABELS = {
    DutyState.OPEN: "未到期",
    DutyState.DUE_SOON: "即将到期",
    DutyState.OVERDUE: "已逾期",
    DutyState.MET: "按期完成",
    DutyState.MET_LATE: "逾期完成",
    DutyState.WAIVED: "不再要求",
}
SETTLED = (DutyState.MET, DutyState.MET_LATE, DutyState.WAIVED)


@dataclass(frozen=True, slots=True)
class Day:
    """The day judged, and the last day that is soon: the fifth working day after it."""

    today: date
    soon: date

    @classmethod
    def of(cls, today: date, calendar: WorkCalendar) -> "Day":
        return cls(today, count_working_days(calendar, today, SOON_WORKING_DAYS).due_on)

    def unmet(self, due_on: date | None) -> DutyState:
        """How a duty stands that nobody has met; without a date it can never be late."""
        if due_on is None or due_on > self.soon:
            return DutyState.OPEN
        return DutyState.OVERDUE if due_on < self.today else DutyState.DUE_SOON


@dataclass(frozen=True, slots=True)
class Entry:
    """One duty. `evidence` is what its state rests on: the deciding document's id, or the request's number.

    `renew_by` is when a recurring duty falls due again, if the column it is judged by has a limit;
    `provisional` says that the due date counts working days the State Council has not announced yet.
    """

    duty: str
    title: str
    departments: tuple[str, ...]
    due_on: date | None
    state: DutyState
    evidence: tuple[str, ...] = ()
    met_on: date | None = None
    recurring: bool = False
    renew_by: date | None = None
    provisional: bool = False
    defects: tuple[str, ...] = ()


def met(on: date, due_on: date | None) -> DutyState:
    """How a duty stands that was met on a day; the due day itself is in time."""
    return DutyState.MET_LATE if due_on is not None and on > due_on else DutyState.MET


def settled(request: RequestState) -> DutyState | None:
    """The standing of a request that no later day can change; None while a reply is owed (条例 art. 33)."""
    if request.decided_on is not None:
        return met(request.decided_on, request.due_on)
    return DutyState.WAIVED if request.status in ENDED_UNDECIDED else None


def request_entry(request: RequestState, day: Day) -> Entry:
    """The reply owed to a request; its evidence is the number, never anything about the applicant."""
    return Entry(
        duty=request.number,
        title=f"依申请公开 {request.number}",
        departments=(request.department,),
        due_on=request.due_on,
        state=settled(request) or day.unmet(request.due_on),
        evidence=(request.number,),
        met_on=request.decided_on,
        provisional=request.due_provisional,
    )
