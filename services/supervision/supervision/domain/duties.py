"""Duties and how they stand on a day: obligations of the catalogue, and replies owed to requests."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import WorkCalendar, count_working_days
from shared.events import RequestState

SOON_WORKING_DAYS = 5
# A request that ends so needs no decision: not corrected in time (条例 art. 30), or taken back.
ENDED_UNDECIDED = frozenset({"lapsed", "withdrawn"})


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

    `departments` are codes; `responsible` says in the plan's own words who answers for it.
    `renew_by` is when a recurring duty falls due again, if the column it is judged by has a limit;
    `provisional` says that the due date counts working days the State Council has not announced yet.
    """

    duty: str
    title: str
    departments: tuple[str, ...]
    due_on: date | None
    state: DutyState
    responsible: tuple[str, ...] = ()
    raw_term: str = ""
    evidence: tuple[str, ...] = ()
    met_on: date | None = None
    days_late: int | None = None
    recurring: bool = False
    renew_by: date | None = None
    provisional: bool = False
    defects: tuple[str, ...] = ()


def met(on: date, due_on: date | None) -> DutyState:
    """How a duty stands that was met on a day; the due day itself is in time."""
    return DutyState.MET_LATE if due_on is not None and on > due_on else DutyState.MET


def days_late(due_on: date | None, on: date) -> int | None:
    """Calendar days by which a day lies behind the due date; None when it is in time."""
    return (on - due_on).days if due_on is not None and on > due_on else None


def settled(request: RequestState) -> DutyState | None:
    """The standing of a request that no later day can change; None while a reply is owed (条例 art. 33).

    One given up or withdrawn also has a day on which it ended, but nobody was on time or late for it.
    """
    if request.status in ENDED_UNDECIDED:
        return DutyState.WAIVED
    return met(request.decided_on, request.due_on) if request.decided_on else None


def request_entry(request: RequestState, day: Day) -> Entry:
    """The reply owed to a request; its evidence is the number, never anything about the applicant."""
    ended = settled(request)
    waived = ended is DutyState.WAIVED
    return Entry(
        duty=request.number,
        title=f"依申请公开 {request.number}",
        departments=(request.department,),
        due_on=request.due_on,
        state=ended or day.unmet(request.due_on),
        days_late=None if waived else days_late(request.due_on, request.decided_on or day.today),
        evidence=(request.number,),
        met_on=None if waived else request.decided_on,
        provisional=request.due_provisional,
    )
