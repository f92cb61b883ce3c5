"""The ledger: every duty and every column as they stand on a day, derived from facts and never stored.

Told the same facts in any order, any number of times and however late, it says the same; nobody can
improve a figure except by publishing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.calendar import WorkCalendar
from shared.events import ColumnState, DepartmentState, ObligationState, RequestState

from supervision.domain.columns import ColumnEntry, column_entry
from supervision.domain.duties import Day, DutyState, Entry, met, request_entry
from supervision.domain.evidence import Evidence, PublishedDocument

NO_DEPARTMENT = "未明确责任部门"
CLOSED_DEPARTMENT = "责任部门已停用：{name}"


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest state of everything a ledger depends on.

    `documents` may leave out any that cannot decide: all but the newest per column, the first and
    newest per catalogue item, and those an obligation names.
    """

    obligations: tuple[ObligationState, ...] = ()
    columns: tuple[ColumnState, ...] = ()
    requests: tuple[RequestState, ...] = ()
    departments: tuple[DepartmentState, ...] = ()
    documents: tuple[PublishedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every obligation, active column and request of the facts, as they stand on `today`.

    `names` are the departments' names by code.
    """

    today: date
    obligations: tuple[Entry, ...]
    columns: tuple[ColumnEntry, ...]
    requests: tuple[Entry, ...]
    names: Mapping[str, str]


def derive_ledger(facts: Facts, today: date, calendar: WorkCalendar) -> Ledger:
    """The ledger of one day; entries are ordered by their id or code."""
    day = Day.of(today, calendar)
    evidence = Evidence(facts.documents, facts.columns, today)
    departments = {department.code: department for department in facts.departments}
    columns = {
        column.code: column_entry(column, evidence, today)
        for column in sorted(facts.columns, key=lambda column: column.code)
        if column.active
    }
    return Ledger(
        today,
        tuple(
            obligation_entry(obligation, evidence, columns, departments, day)
            for obligation in sorted(facts.obligations, key=lambda obligation: obligation.id)
        ),
        tuple(columns.values()),
        tuple(request_entry(request, day) for request in sorted(facts.requests, key=lambda r: r.number)),
        {code: department.name for code, department in sorted(departments.items())},
    )


def obligation_entry(
    obligation: ObligationState,
    evidence: Evidence,
    columns: Mapping[str, ColumnEntry],
    departments: Mapping[str, DepartmentState],
    day: Day,
) -> Entry:
    """One obligation's standing; an inactive one is waived, whatever was published for it."""
    entry = Entry(
        duty=obligation.id,
        title=obligation.title,
        departments=tuple(dict.fromkeys([*obligation.responsible, *obligation.lead])),
        due_on=obligation.due_on,
        state=DutyState.WAIVED,
        recurring=_is_recurring(obligation),
        defects=_defects(obligation, departments),
    )
    if not obligation.active:
        return entry
    if entry.recurring:
        return _recurring(entry, obligation, evidence, columns, day)
    return _once(entry, evidence.fulfilling(obligation), day)


def _is_recurring(obligation: ObligationState) -> bool:
    return obligation.recurring and obligation.due_on is None


def _once(entry: Entry, documents: list[PublishedDocument], day: Day) -> Entry:
    """A duty to be met once is met by the first document that fulfils it."""
    if not documents:
        return replace(entry, state=day.unmet(entry.due_on))
    first = documents[0]
    state = met(first.published_on, entry.due_on)
    return replace(entry, state=state, evidence=(first.id,), met_on=first.published_on)


def _recurring(
    entry: Entry,
    obligation: ObligationState,
    evidence: Evidence,
    columns: Mapping[str, ColumnEntry],
    day: Day,
) -> Entry:
    """A lasting duty (长期坚持) is met as long as its newest document is younger than its column's limit.

    Nothing published yet leaves it open: no date was named, so no day can be called late. The column
    itself is shown blank.
    """
    in_column = evidence.latest_in(obligation.column)
    candidates = [*evidence.fulfilling(obligation), *([in_column] if in_column else [])]
    if not candidates:
        return replace(entry, state=DutyState.OPEN)
    newest = max(candidates, key=lambda document: document.age)
    column = columns.get(obligation.column or "")
    renew_by = column.renewal(newest.published_on) if column else None
    state = day.unmet(renew_by)
    return replace(
        entry,
        state=DutyState.MET if state is DutyState.OPEN else state,
        evidence=(newest.id,),
        met_on=newest.published_on,
        renew_by=renew_by,
    )


def _defects(obligation: ObligationState, departments: Mapping[str, DepartmentState]) -> tuple[str, ...]:
    """What is wrong with the obligation itself: nobody answers for it, or someone who is no more."""
    answerable = [*obligation.responsible, *obligation.lead]
    if not answerable:
        return (NO_DEPARTMENT,)
    known = [departments[code] for code in dict.fromkeys(answerable) if code in departments]
    return tuple(CLOSED_DEPARTMENT.format(name=gone.name) for gone in known if not gone.active)
