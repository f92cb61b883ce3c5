"""A document's public state as the index holds it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from search.deriving import completed
from search.domain import fold_number
from shared.events import DocumentState, DocumentStatus, Event

CHINA = ZoneInfo("Asia/Shanghai")


def item_document(event: Event) -> dict[str, Any]:
    """The indexed form of a document's public state; of a withdrawn one only what a tombstone needs."""
    state = event.data
    assert isinstance(state, DocumentState)  # noqa: S101 - the envelope checks type against payload
    document: dict[str, Any] = {
        "id": state.id,
        "version": event.sequence,
        "event_id": str(event.id),
        "indexed_at": datetime.now(UTC).isoformat(),
        "status": state.status.value,
        "content_hash": state.content_hash,
        "kind": state.kind,
        "department": state.department,
        "department_name": state.department_name,
        "title": state.title,
        "published_at": state.published_at.isoformat(),
        "year": (state.issued_on or state.published_at.astimezone(CHINA)).year,
    }
    if state.status is DocumentStatus.WITHDRAWN:
        return {**document, "withdrawal_reason": state.withdrawal_reason or ""}
    return completed({**document, **_content(state)})


def _content(state: DocumentState) -> dict[str, Any]:
    attachments = [
        attachment.model_dump(include={"id", "name", "media_type", "size", "sha256", "text"})
        for attachment in state.attachments
    ]
    return {
        "column": state.column,
        "body": state.body,
        "keywords": list(state.keywords),
        "document_number": fold_number(state.document_number) if state.document_number else None,
        "display_number": state.document_number,
        "index_number": fold_number(state.index_number) if state.index_number else None,
        "issued_on": state.issued_on.isoformat() if state.issued_on else None,
        "validity": state.validity.value,
        "source": state.source,
        "catalogue_items": list(state.catalogue_items),
        "attachments": attachments,
    }
