"""Facts for tests: what a test does not care about gets an ordinary value."""

from datetime import UTC, date, datetime
from typing import Any

from shared.calendar import WorkCalendar
from shared.events import (
    CalendarState,
    ColumnState,
    DepartmentState,
    DocumentState,
    DocumentStatus,
    Event,
    NamedDayState,
    ObligationState,
    Payload,
    RequestState,
)
from supervision.domain import PublishedDocument

CALENDAR = WorkCalendar.from_package()
TODAY = date(2026, 3, 20)


def at(day: str, clock: str = "12:00") -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00").astimezone(UTC)


def obligation(key: str = "annual-report", **changed: Any) -> ObligationState:
    values = {"id": key, "title": "公布年度报告", "source": "条例第四十九条", "responsible": ("audit",)}
    return ObligationState.model_validate(values | changed)


def column(code: str = "notices", **changed: Any) -> ColumnState:
    values = {
        "code": code,
        "name": "通知公告",
        "kind": "notice",
        "department": "audit",
        "max_silence_days": 100,
    }
    return ColumnState.model_validate(values | changed)


def department(code: str = "audit", name: str = "审计局", active: bool = True) -> DepartmentState:
    return DepartmentState(code=code, name=name, active=active)


def calendar(*holidays: str) -> CalendarState:
    """The office's calendar: the package's, with further days off."""
    package = CALENDAR.state()
    off = tuple(NamedDayState(date=date.fromisoformat(day), working=False, name="防汛") for day in holidays)
    return package.model_copy(update={"days": package.days + off})


def request(number: str = "2026-审计-00001", **changed: Any) -> RequestState:
    values = {
        "number": number,
        "department": "audit",
        "status": "processing",
        "channel": "web",
        "received_on": date(2026, 3, 1),
    }
    return RequestState.model_validate(values | changed)


def published(key: str = "d1", day: str = "2026-03-01", **changed: Any) -> PublishedDocument:
    values = {"id": key, "department": "audit", "column": None, "items": (), "published_at": at(day)}
    return PublishedDocument(**(values | changed))


def document(key: str = "d1", day: str = "2026-03-01", withdrawn: bool = False, **changed: Any) -> DocumentState:
    values = {
        "id": key,
        "status": DocumentStatus.WITHDRAWN if withdrawn else DocumentStatus.PUBLISHED,
        "kind": "notice",
        "title": "通知",
        "department": "audit",
        "department_name": "审计局",
        "published_at": at(day),
        "content_hash": "0" * 64,
    }
    return DocumentState.model_validate(values | changed)


def event(state: Payload, sequence: int = 1) -> Event:
    """The event that announces a state."""
    event_type, subject = _announced(state)
    return Event(event_type, subject, sequence, state)


def _announced(state: Payload) -> tuple[str, str]:
    match state:
        case DocumentState():
            return f"document.{state.status}", state.id
        case ObligationState():
            return "obligation.changed", state.id
        case ColumnState() | DepartmentState():
            return f"{'column' if isinstance(state, ColumnState) else 'department'}.changed", state.code
        case RequestState():
            return "request.changed", state.number
        case CalendarState():
            return "calendar.changed", "working-days"
    raise TypeError(type(state).__name__)
