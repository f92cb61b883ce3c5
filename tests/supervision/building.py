"""Facts for tests: what a test does not care about gets an ordinary value."""

from datetime import UTC, date, datetime
from typing import Any

from shared.calendar import WorkCalendar
from shared.events import (
    ColumnState,
    DepartmentState,
    DocumentState,
    DocumentStatus,
    Event,
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
    match state:
        case DocumentState(status=DocumentStatus.WITHDRAWN):
            return Event("document.withdrawn", state.id, sequence, state)
        case DocumentState():
            return Event("document.published", state.id, sequence, state)
        case ObligationState():
            return Event("obligation.changed", state.id, sequence, state)
        case ColumnState():
            return Event("column.changed", state.code, sequence, state)
        case DepartmentState():
            return Event("department.changed", state.code, sequence, state)
        case RequestState():
            return Event("request.changed", state.number, sequence, state)
    raise TypeError(type(state).__name__)
