"""One payload of every kind, for tests of what travels."""

from datetime import UTC, date, datetime

from shared.events import (
    PAYLOADS,
    AttachmentState,
    CalendarState,
    CatalogueEditionState,
    CatalogueItemState,
    ColumnState,
    DepartmentState,
    DepartmentSystem,
    DocumentState,
    DocumentStatus,
    Event,
    NamedDayState,
    ObligationState,
    Payload,
    RequestState,
)

FILE = AttachmentState(id="a1", name="表.xlsx", media_type="text/csv", size=3, sha256="0" * 64, text="一")
EXAMPLES: tuple[Payload, ...] = (
    DocumentState(
        id="d1",
        status=DocumentStatus.PUBLISHED,
        kind="notice",
        title="通知",
        department="audit",
        department_name="审计局",
        issued_on=date(2026, 3, 4),
        published_at=datetime(2026, 3, 5, 1, tzinfo=UTC),
        keywords=("审计",),
        attachments=(FILE,),
        content_hash="0" * 64,
    ),
    DepartmentState(code="audit", name="审计局", systems=(DepartmentSystem(client_id="s", broker_user="dept_audit"),)),
    ColumnState(code="notices", name="通知公告", kind="regular", department="audit", max_silence_days=14),
    CatalogueItemState(id="i1", edition=1, number="1", name="机构职能", level1="机构概况"),
    CatalogueEditionState(edition=1, department="audit", title="目录", published_on=date(2018, 3, 16), items=1),
    ObligationState(id="o1", title="公开目录", source="2018年要点", due_on=date(2018, 6, 30)),
    RequestState(
        number="2026-1", department="audit", status="received", channel="online", received_on=date(2026, 3, 5)
    ),
    CalendarState(years=(2026,), days=(NamedDayState(date=date(2026, 1, 1), working=False, name="元旦"),)),
)


def example_event(event_type: str, sequence: int = 2) -> Event:
    """An event of this type with a payload of its kind."""
    (data,) = (payload for payload in EXAMPLES if type(payload) is PAYLOADS[event_type])
    return Event(event_type, "s1", sequence, data, actor="audit_author", traceparent="00-1-2-01")
