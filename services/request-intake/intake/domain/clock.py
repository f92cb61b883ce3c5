"""The statutory clock: from a ledger of dated facts to the last day for the reply, with every day explained.

Law: 政府信息公开条例, arts. 24 (2008) and 30–34 (2019 revision, in force since 2019-05-15).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.calendar import CountedDay, Pause, WorkCalendar, count_working_days
from shared.rules import DomainError


class ClockKind(StrEnum):
    """What a ledger entry does. `FILED` is an internet filing whose receipt nobody has confirmed yet."""

    FILED = "filed"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One ledger entry.

    `days` is the length of an extension, or the longest a pause may last; a pause of 0 days has no end
    of its own and waits for a restart. `reason` is what the explanation says.
    """

    kind: ClockKind
    on: date
    days: int = 0
    reason: str = ""


Ledger = tuple[ClockEvent, ...]


@dataclass(frozen=True, slots=True)
class TermRules:
    """One version of the law's terms, in working days; `effective_from` is compared with the receipt."""

    version: str
    effective_from: date
    reply: int
    extension: int
    consultation: int
    correction_notice: int
    source: str


# The 2008 text set no terms for consultations and correction notices; there the 2019 figures are used.
RULES = (
    TermRules("2008", date(2008, 5, 1), 15, 15, 15, 7, "2008年《政府信息公开条例》第二十四条"),
    TermRules("2019", date(2019, 5, 15), 20, 20, 15, 7, "《政府信息公开条例》第三十三条"),
)


class BeforeTheRegulation(DomainError):
    """收到日期 {received} 早于《政府信息公开条例》施行之日 2008-05-01。"""

    status = 422


def rules_for(received: date) -> TermRules:
    """The terms that govern a request received on this day. Raises BeforeTheRegulation."""
    applying = [rules for rules in RULES if rules.effective_from <= received]
    if not applying:
        raise BeforeTheRegulation(received=received, field="received_on")
    return applying[-1]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for the reply; None while the applicant's correction is awaited.

    Provisional when a later fact may still move it: a year without holiday notice, a receipt not yet
    confirmed, or a consultation under way. `basis` lists the rules used; `days` every day of the term.
    """

    due_on: date | None
    provisional: bool
    basis: tuple[str, ...]
    days: tuple[CountedDay, ...]


def received_on(ledger: Ledger) -> date:
    """The day of receipt: the confirmed one, else provisionally the day of filing."""
    confirmed = [event.on for event in ledger if event.kind is ClockKind.START]
    return confirmed[0] if confirmed else ledger[0].on


def deadline(ledger: Ledger, calendar: WorkCalendar) -> Deadline:
    """Count the reply term of a ledger, under the rules in force on the day of receipt.

    An internet filing is received on the day both sides confirm it (art. 31). We choose: the office's
    registration is that confirmation, and until then the term is counted from the day of submission, so
    that an office cannot win time by not looking; the result is provisional and its explanation says so.

    The time of a consultation is not counted (art. 33), but no longer than the consulted have to answer
    (arts. 32, 34), after which the office must decide without them. One still under way is assumed to
    take all of it. A correction starts the whole term anew from its receipt (art. 30).
    """
    rules = rules_for(received_on(ledger))
    start = _last_start(ledger)
    after = ledger[ledger.index(start) + 1 :]
    basis = (f"答复期限{rules.reply}个工作日（{rules.source}）", *_extension_notes(ledger))
    opening = CountedDay(start.on, False, start.reason)
    waiting = [event for event in after if event.kind is ClockKind.PAUSE and event.days == 0]
    if waiting:
        halted = CountedDay(waiting[0].on, False, waiting[0].reason)
        return Deadline(None, True, basis, (opening, halted))
    term = rules.reply + sum(event.days for event in ledger if event.kind is ClockKind.EXTEND)
    due = count_working_days(calendar, start.on, term, tuple(_pauses(after, calendar)))
    open_end = start.kind is ClockKind.FILED or _under_way(after)
    return Deadline(due.due_on, due.provisional or open_end, basis, (opening, *due.days))


def _last_start(ledger: Ledger) -> ClockEvent:
    starts = (ClockKind.FILED, ClockKind.START, ClockKind.RESTART)
    return [event for event in ledger if event.kind in starts][-1]


def _extension_notes(ledger: Ledger) -> list[str]:
    extensions = [event for event in ledger if event.kind is ClockKind.EXTEND]
    return [f"{event.on}决定延长{event.days}个工作日：{event.reason}" for event in extensions]


def _pauses(events: Sequence[ClockEvent], calendar: WorkCalendar) -> Iterator[Pause]:
    for position, event in enumerate(events):
        if event.kind is ClockKind.PAUSE:
            limit = count_working_days(calendar, event.on, event.days).due_on
            resumed = [later.on for later in events[position:] if later.kind is ClockKind.RESUME]
            yield Pause(event.on, min([limit, *resumed[:1]]), event.reason)


def _under_way(events: Sequence[ClockEvent]) -> bool:
    turns = [event.kind for event in events if event.kind in (ClockKind.PAUSE, ClockKind.RESUME)]
    return bool(turns) and turns[-1] is ClockKind.PAUSE
