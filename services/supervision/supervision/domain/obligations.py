"""How obligations of the catalogue stand, and who answers for them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.events import ColumnState, DepartmentState, ObligationState
from supervision.domain.columns import ColumnEntry
from supervision.domain.duties import Day, DutyState, Entry, days_late, met
from supervision.domain.evidence import Evidence, PublishedDocument

NO_DEPARTMENT = "未明确责任部门"
CLOSED_DEPARTMENT = "责任部门已停用：{name}"


class Directory:
    """The departments, found by code or by name: plans name offices in words, and offices within a bureau."""

    def __init__(self, departments: Iterable[DepartmentState], columns: Iterable[ColumnState]) -> None:
        by_code = {department.code: department for department in sorted(departments, key=lambda d: d.code)}
        self._known = {department.name: department for department in by_code.values()} | by_code
        self._owners = {column.code: column.department for column in columns}

    def name(self, office: str) -> str:
        return self._known[office].name if office in self._known else office

    def departments_of(self, obligation: ObligationState) -> tuple[str, ...]:
        """Codes of the departments that answer for it, and of the one that owns the column it is kept in."""
        named = [self._known[office].code for office in _answerable(obligation) if office in self._known]
        owner = self._owners.get(obligation.column or "")
        return tuple(dict.fromkeys([*named, *([owner] if owner else [])]))

    def defects(self, obligation: ObligationState) -> tuple[str, ...]:
        """What is wrong with the obligation itself: nobody answers for it, or someone who is no more."""
        answerable = _answerable(obligation)
        if not answerable:
            return (NO_DEPARTMENT,)
        known = [self._known[office] for office in answerable if office in self._known]
        gone = dict.fromkeys(department.name for department in known if not department.active)
        return tuple(CLOSED_DEPARTMENT.format(name=name) for name in gone)


def _answerable(obligation: ObligationState) -> tuple[str, ...]:
    """责任部门 and 牵头部门, each once; supporting departments do not answer for it."""
    return tuple(dict.fromkeys([*obligation.responsible, *obligation.lead]))


def obligation_entry(
    obligation: ObligationState,
    evidence: Evidence,
    columns: Mapping[str, ColumnEntry],
    directory: Directory,
    day: Day,
) -> Entry:
    """One obligation's standing; an inactive one is waived, whatever was published for it."""
    entry = Entry(
        duty=obligation.id,
        title=obligation.title,
        departments=directory.departments_of(obligation),
        responsible=tuple(directory.name(office) for office in _answerable(obligation)),
        raw_term=obligation.raw_term,
        due_on=obligation.due_on,
        state=DutyState.WAIVED,
        recurring=_is_recurring(obligation),
        defects=directory.defects(obligation),
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
        late = days_late(entry.due_on, day.today)
        return replace(entry, state=day.unmet(entry.due_on), days_late=late)
    first = documents[0]
    return replace(
        entry,
        state=met(first.published_on, entry.due_on),
        days_late=days_late(entry.due_on, first.published_on),
        evidence=(first.id,),
        met_on=first.published_on,
    )


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
        days_late=days_late(renew_by, day.today),
    )
