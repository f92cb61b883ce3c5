"""The public edition of the ledger: how many of each kind stand how, over all and by department.

Counts only. Each equals the length of the list it stands for, so that a person can check it; a duty of
two departments stands in the row of each and once in the total.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from supervision.domain.columns import Freshness
from supervision.domain.duties import DutyState, Entry
from supervision.domain.ledger import Ledger

SettledCounts = Mapping[tuple[str, DutyState], int]


@dataclass(slots=True)
class Figures:
    """How many duties, columns and requests stand how."""

    obligations: Counter[DutyState] = field(default_factory=Counter)
    columns: Counter[Freshness] = field(default_factory=Counter)
    requests: Counter[DutyState] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Summary:
    today: date
    total: Figures
    departments: Mapping[str, Figures]
    with_defects: int
    names: Mapping[str, str]


def summarise(ledger: Ledger, settled_requests: SettledCounts) -> Summary:
    """Count the ledger, whose requests are the owed ones; settled requests come counted by department."""
    total = Figures()
    rows: dict[str, Figures] = {}
    for obligation in ledger.obligations:
        for figures in _rows(rows, obligation.departments, total):
            figures.obligations[obligation.state] += 1
    for column in ledger.columns:
        for figures in _rows(rows, (column.department,), total):
            figures.columns[column.state] += 1
    for (department, state), number in [*_counted(ledger.requests), *settled_requests.items()]:
        for figures in _rows(rows, (department,), total):
            figures.requests[state] += number
    defects = sum(1 for obligation in ledger.obligations if obligation.defects)
    return Summary(ledger.today, total, dict(sorted(rows.items())), defects, ledger.names)


def _rows(rows: dict[str, Figures], departments: Iterable[str], total: Figures) -> list[Figures]:
    return [total, *(rows.setdefault(code, Figures()) for code in departments)]


def _counted(requests: Iterable[Entry]) -> list[tuple[tuple[str, DutyState], int]]:
    counts = Counter((code, entry.state) for entry in requests for code in entry.departments)
    return list(counts.items())
