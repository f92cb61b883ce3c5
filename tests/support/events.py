"""Sample events for tests."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from shared.events import DocumentState, DocumentStatus, Event, new_id


def document_event(sequence: int = 1, document: str | None = None, **fields: Any) -> Event:
    """A published (or, with status, withdrawn) document's event; any field can be given."""
    identity = document or str(new_id())
    status = fields.pop("status", DocumentStatus.PUBLISHED)
    title = fields.pop("title", f"关于样例的通知（第{sequence}版）")
    state = DocumentState(
        id=identity,
        status=status,
        kind=fields.pop("kind", "notice"),
        title=title,
        department=fields.pop("department", "audit"),
        department_name=fields.pop("department_name", "审计局"),
        published_at=fields.pop("published_at", datetime(2026, 3, 5, 1, tzinfo=UTC)),
        content_hash=hashlib.sha256(f"{identity}{sequence}{title}".encode()).hexdigest(),
        **fields,
    )
    names = {1: "document.published"}
    kind = "document.withdrawn" if status is DocumentStatus.WITHDRAWN else names.get(sequence, "document.revised")
    return Event(kind, identity, sequence, state)
