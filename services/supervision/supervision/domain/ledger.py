"""The ledger: every duty and every column as they stand on a day, derived from facts and never stored.

Told the same facts in any order, any number of times and however late, it says the same; nobody can
improve a figure except by publishing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.calendar import WorkCalendar
from shared.events import ColumnState, DepartmentState, ObligationState, RequestState
from supervision.domain.columns import ColumnEntry, column_entry
from supervision.domain.duties import Day, Entry, request_entry
from supervision.domain.evidence import Evidence, PublishedDocument
from supervision.domain.obligations import Directory, obligation_entry


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
    directory = Directory(facts.departments, facts.columns)
    columns = {
        column.code: column_entry(column, evidence, today)
        for column in sorted(facts.columns, key=lambda column: column.code)
        if column.active
    }
    return Ledger(
        today,
        tuple(
            obligation_entry(obligation, evidence, columns, directory, day)
            for obligation in sorted(facts.obligations, key=lambda obligation: obligation.id)
        ),
        tuple(columns.values()),
        tuple(request_entry(request, day) for request in sorted(facts.requests, key=lambda request: request.number)),
        {department.code: department.name for department in facts.departments},
    )
