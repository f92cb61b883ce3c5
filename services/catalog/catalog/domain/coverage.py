"""覆盖情况: of what must be disclosed, how much is fulfilled, due, overdue, or was never disclosed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from catalog.domain.columns import Column, ColumnKind
from catalog.domain.editions import LiveItem
from catalog.domain.obligations import Obligation, Standing
from catalog.domain.term_parser import parse_term


class Grouping(StrEnum):
    ITEM = "item"
    COLUMN = "column"
    DEPARTMENT = "department"


class Coverage(StrEnum):
    """How one duty stands: `due` has a day ahead or none, `never` has no document and no day."""

    FULFILLED = "fulfilled"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER = "never"


@dataclass(frozen=True)
class Duty:
    """One thing to be disclosed, counted once, with the documents that fulfil it."""

    coverage: Coverage
    item: str | None
    column: str | None
    department: str
    documents: tuple[str, ...] = ()

    def key(self, by: Grouping) -> str | None:
        keys = {Grouping.ITEM: self.item, Grouping.COLUMN: self.column, Grouping.DEPARTMENT: self.department}
        return keys[by]


@dataclass
class CoverageRow:
    """Duties under one key by how they stand, and the documents they were counted from."""

    key: str
    name: str
    fulfilled: int = 0
    due: int = 0
    overdue: int = 0
    never: int = 0
    documents: list[str] = field(default_factory=list)


def duty_of_item(live: LiveItem, documents: Sequence[str], today: date) -> Duty:
    """An item is fulfilled by any published document that names it."""
    place = (live.item.id, live.item.column, live.department)
    if documents:
        return Duty(Coverage.FULFILLED, *place, tuple(documents))
    rule = parse_term(live.item.raw_deadline).rule
    last_day = rule.fixed_day if rule else None
    if last_day is None:
        return Duty(Coverage.NEVER, *place)
    return Duty(Coverage.OVERDUE if last_day < today else Coverage.DUE, *place)


def duty_of_obligation(obligation: Obligation, documents: Sequence[str], today: date) -> Duty:
    """An entered task. A recurring one without a day is fulfilled while its item has documents."""
    place = (obligation.catalogue_item, obligation.column, obligation.department)
    standing = obligation.standing(today)
    if standing in (Standing.MET, Standing.MET_LATE):
        return Duty(Coverage.FULFILLED, *place, obligation.fulfilled_by)
    if standing == Standing.OVERDUE:
        return Duty(Coverage.OVERDUE, *place)
    if obligation.recurring and obligation.due_on is None and documents:
        return Duty(Coverage.FULFILLED, *place, tuple(documents))
    return Duty(Coverage.DUE, *place)


def duty_of_column(column: Column, documents: Sequence[str]) -> Duty:
    """A column with no duty of its own is at least not to be blank (空白栏目)."""
    coverage = Coverage.FULFILLED if documents else Coverage.NEVER
    return Duty(coverage, None, column.code, column.department, tuple(documents))


@dataclass(frozen=True)
class Catalogue:
    """All that coverage is counted from. `by_item` and `by_column` list the published documents of each."""

    items: Sequence[LiveItem]
    obligations: Sequence[Obligation]
    columns: Sequence[Column]
    by_item: Mapping[str, Sequence[str]]
    by_column: Mapping[str, Sequence[str]]
    departments: Mapping[str, str]

    def duties(self, today: date) -> list[Duty]:
        """Every live item, every active entered obligation, and every column that has neither."""
        found = [duty_of_item(live, self.by_item.get(live.item.id, ()), today) for live in self.items]
        for obligation in self.obligations:
            if obligation.active and not obligation.derived:
                documents = self.by_item.get(obligation.catalogue_item or "", ())
                found.append(duty_of_obligation(obligation, documents, today))
        claimed = {duty.column for duty in found}
        for column in self.columns:
            if column.active and column.kind != ColumnKind.SECTION and column.code not in claimed:
                found.append(duty_of_column(column, self.by_column.get(column.code, ())))
        return found

    def names(self, by: Grouping) -> dict[str, str]:
        if by == Grouping.ITEM:
            return {live.item.id: live.item.name for live in self.items}
        if by == Grouping.COLUMN:
            return {column.code: column.name for column in self.columns if column.active}
        return dict(self.departments)


def coverage(catalogue: Catalogue, by: Grouping, today: date) -> list[CoverageRow]:
    """One row per item, column or department that has duties, by key; a document is listed once a row."""
    names = catalogue.names(by)
    rows: dict[str, CoverageRow] = {}
    for duty in catalogue.duties(today):
        key = duty.key(by)
        if key is not None:
            row = rows.setdefault(key, CoverageRow(key, names.get(key, key)))
            setattr(row, duty.coverage, getattr(row, duty.coverage) + 1)
            row.documents.extend(duty.documents)
    if by == Grouping.COLUMN:
        _list_column_documents(rows.values(), catalogue.by_column)
    for row in rows.values():
        row.documents = sorted(set(row.documents))
    return sorted(rows.values(), key=lambda row: row.key)


def _list_column_documents(rows: Iterable[CoverageRow], by_column: Mapping[str, Sequence[str]]) -> None:
    for row in rows:
        row.documents.extend(by_column.get(row.key, ()))
