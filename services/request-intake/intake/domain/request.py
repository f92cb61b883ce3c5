"""The request as an aggregate: its state, its clock and its history, and nothing about its applicant."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import NewType
from uuid import UUID

from intake.domain.clock import ClockEvent, ClockKind, Deadline, Ledger, deadline, received_on
from intake.domain.outcomes import Outcome
from intake.domain.states import OWED, Action, Channel, Part, Status
from shared.calendar import WorkCalendar
from shared.events import Event, RequestState

RequestId = NewType("RequestId", UUID)
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
RECOUNT = "节假日安排"  # how the line of a recount begins in a history


def day_in_china(at: datetime) -> date:
    """The date an instant falls on where the law counts its days."""
    return at.astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which parts they may act on this request."""

    subject: str
    parts: frozenset[Part]


@dataclass(frozen=True, slots=True)
class Step:
    """One act on a request: `at` is when it was entered, `on` the day it took place in law.

    `days` is the length of an extension or of the period for correction; `text` is what was written: a
    notice, a reason, the reply. It is kept sealed and never enters the aggregate.
    """

    action: Action
    actor: Actor
    at: datetime
    on: date
    days: int = 0
    text: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the append-only history; `what` is for people and names neither staff nor applicant."""

    version: int
    at: datetime
    on: date
    actor: str
    what: str
    before: str
    after: str


@dataclass(frozen=True)
class DisclosureRequest:
    """依申请公开: one request. Every change makes a new value with the next version."""

    id: RequestId
    number: str
    department: str
    channel: Channel
    status: Status
    version: int
    ledger: Ledger
    due_on: date | None
    due_provisional: bool
    handlers: frozenset[str] = frozenset()
    correction_until: date | None = None
    outcome: Outcome | None = None
    decided_on: date | None = None
    served_on: date | None = None
    history: tuple[HistoryEntry, ...] = ()

    @property
    def received_on(self) -> date:
        return received_on(self.ledger)

    @property
    def extended(self) -> bool:
        return any(event.kind is ClockKind.EXTEND for event in self.ledger)

    @property
    def corrected(self) -> bool:
        return any(event.kind is ClockKind.RESTART for event in self.ledger)

    def deadline(self, calendar: WorkCalendar) -> Deadline:
        return deadline(self.ledger, calendar)

    def clocked(self, event: ClockEvent) -> "DisclosureRequest":
        """The request with one more entry in its ledger."""
        return replace(self, ledger=(*self.ledger, event))

    @property
    def last_act_on(self) -> date:
        """The legal day of the last act; a recount by a new calendar is none, and its day binds nobody."""
        return next(line.on for line in reversed(self.history) if not line.what.startswith(RECOUNT))

    def recounted(self, calendar: WorkCalendar) -> "DisclosureRequest":
        """The request with its last day counted anew."""
        result = self.deadline(calendar)
        return replace(self, due_on=result.due_on, due_provisional=result.provisional)

    def state(self) -> RequestState:
        """What other services may know: nothing of the applicant or the text."""
        return RequestState(
            number=self.number,
            department=self.department,
            status=self.status.value,
            channel=self.channel.value,
            received_on=self.received_on,
            due_on=self.due_on,
            due_provisional=self.due_provisional,
            outcome=self.outcome.code if self.outcome else None,
            decided_on=self.decided_on,
        )

    def told(self, kind: str, by: str) -> Event:
        """The event `request.<kind>` with the present state."""
        return Event(f"request.{kind}", self.number, self.version, self.state(), actor=by)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when a request came in; `confirmed` when its day of receipt is certain."""

    channel: Channel
    on: date
    confirmed: bool

    def first_entry(self) -> ClockEvent:
        """The ledger's first entry, by channel (条例 art. 31)."""
        if self.confirmed:
            return ClockEvent(ClockKind.START, self.on, reason=f"收到申请之日（{self.channel.label}），自次日起计算")
        return ClockEvent(
            ClockKind.FILED,
            self.on,
            reason="提交之日；在登记确认收到之前，暂自次日起计算（条例第三十一条：以双方确认之日为收到之日）",
        )


def file_request(
    request_id: RequestId,
    number: str,
    department: str,
    arrival: Arrival,
    at: datetime,
    calendar: WorkCalendar,
) -> tuple[DisclosureRequest, Event]:
    """A new request, and the fact that it was received."""
    status = Status.RECEIVED if arrival.confirmed else Status.SUBMITTED
    entry = HistoryEntry(1, at, arrival.on, "", f"{arrival.channel.label}申请", "", status.value)
    request = DisclosureRequest(
        request_id,
        number,
        department,
        arrival.channel,
        status,
        1,
        (arrival.first_entry(),),
        None,
        True,
        history=(entry,),
    ).recounted(calendar)
    return request, request.told("received", "")


def recount(
    request: DisclosureRequest, calendar: WorkCalendar, at: datetime, by: str
) -> tuple[DisclosureRequest, Event] | None:
    """The request under a new calendar and the fact that it changed; None when nothing did.

    A request whose reply has been served keeps the deadline it was judged by.
    """
    if request.status not in OWED:
        return None
    counted = request.recounted(calendar)
    if counted == request:
        return None
    what = f"{RECOUNT}更新，答复期限由{request.due_on}调整为{counted.due_on}"
    if counted.due_on == request.due_on:
        what = f"{RECOUNT}{'更新' if counted.due_provisional else '公布'}，答复期限不变"
    version = request.version + 1
    entry = HistoryEntry(version, at, day_in_china(at), by, what, request.status.value, request.status.value)
    changed = replace(counted, version=version, history=(*request.history, entry))
    return changed, changed.told("changed", by)
