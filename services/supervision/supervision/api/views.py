"""The answers' shapes: entries with their evidence and Chinese labels, and counts."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, Field

from supervision.domain import (
    DUTY_LABELS,
    FRESHNESS_LABELS,
    ColumnEntry,
    DutyState,
    Entry,
    Figures,
    Freshness,
    Summary,
)

KindT = TypeVar("KindT", bound=StrEnum)


class DutyView(BaseModel):
    """A duty and what its state rests on: ids of documents, or the number of the request."""

    id: str
    title: str
    departments: list[str] = Field(description="codes")
    responsible: list[str] = Field(description="who answers for it, in the plan's words")
    raw_term: str
    due_on: date | None
    state: DutyState
    state_label: str
    evidence: list[str]
    met_on: date | None
    days_late: int | None = Field(description="calendar days")
    recurring: bool
    renew_by: date | None = Field(description="when a recurring duty falls due again")
    provisional: bool = Field(description="counts working days that are not announced yet")
    defects: list[str]


class ColumnView(BaseModel):
    """A column and how long it, and the columns below it, have been silent."""

    code: str
    name: str
    department: str
    department_name: str
    state: Freshness
    state_label: str
    max_silence_days: int | None
    last_published_at: datetime | None
    silent_days: int | None
    renew_by: date | None
    evidence: list[str] = Field(description="id of the newest document")


class DutyPage(BaseModel):
    """One page; `counts` covers every page and every state, whatever the filter."""

    items: list[DutyView]
    next_cursor: str | None
    counts: dict[DutyState, int]
    as_of: date


class ColumnPage(BaseModel):
    items: list[ColumnView]
    next_cursor: str | None
    counts: dict[Freshness, int]
    as_of: date


class FiguresView(BaseModel):
    """How many stand how; every state is named, those without any with 0."""

    obligations: dict[DutyState, int]
    columns: dict[Freshness, int]
    requests: dict[DutyState, int]


class DepartmentFigures(FiguresView):
    code: str
    name: str


class SummaryView(FiguresView):
    """The public edition. A duty shared by two departments counts in both rows and once in the total."""

    as_of: date
    obligations_with_defects: int
    departments: list[DepartmentFigures]


def duty_view(entry: Entry, names: Mapping[str, str]) -> DutyView:
    """A request is answered for by its department, whose name stands in `names`."""
    return DutyView(
        id=entry.duty,
        title=entry.title,
        departments=list(entry.departments),
        responsible=list(entry.responsible) or [names.get(code, code) for code in entry.departments],
        raw_term=entry.raw_term,
        due_on=entry.due_on,
        state=entry.state,
        state_label=DUTY_LABELS[entry.state],
        evidence=list(entry.evidence),
        met_on=entry.met_on,
        days_late=entry.days_late,
        recurring=entry.recurring,
        renew_by=entry.renew_by,
        provisional=entry.provisional,
        defects=list(entry.defects),
    )


def column_view(column: ColumnEntry, names: Mapping[str, str]) -> ColumnView:
    return ColumnView(
        code=column.code,
        name=column.name,
        department=column.department,
        department_name=names.get(column.department, column.department),
        state=column.state,
        state_label=FRESHNESS_LABELS[column.state],
        max_silence_days=column.max_silence_days,
        last_published_at=column.last_published_at,
        silent_days=column.silent_days,
        renew_by=column.renew_by,
        evidence=list(column.evidence),
    )


def named_counts(kinds: type[KindT], counts: Mapping[KindT, int]) -> dict[KindT, int]:
    """Every state by name, those without any with 0."""
    return {kind: counts.get(kind, 0) for kind in kinds}


def summary_view(summary: Summary) -> SummaryView:
    total = figures_view(summary.total)
    return SummaryView(
        as_of=summary.today,
        obligations_with_defects=summary.with_defects,
        obligations=total.obligations,
        columns=total.columns,
        requests=total.requests,
        departments=[
            DepartmentFigures(code=code, name=summary.names.get(code, code), **figures_view(figures).model_dump())
            for code, figures in summary.departments.items()
        ],
    )


def figures_view(figures: Figures) -> FiguresView:
    return FiguresView(
        obligations=named_counts(DutyState, figures.obligations),
        columns=named_counts(Freshness, figures.columns),
        requests=named_counts(DutyState, figures.requests),
    )
