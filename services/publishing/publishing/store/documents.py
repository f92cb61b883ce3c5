"""Documents: load for a change under a row lock, save what changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from publishing.domain.checks.overriding import Override
from publishing.domain.content import Attachment, Content
from publishing.domain.document import Document, Entry
from publishing.domain.edition import Approval, Edition, Face
from publishing.domain.schedule import Schedule
from publishing.domain.states import State
from publishing.store.overriding import overrides_of
from publishing.store.tables import document, edition, history
from shared.events import Validity
from shared.kinds import DocumentKind
from shared.problems import NotFound

_EDITION = "e_"
_INSERT_DOCUMENT, _INSERT_EDITION, _INSERT_HISTORY = insert(document), insert(edition), insert(history)
_UPDATE = update(document).where(document.c.id == bindparam("changed"))
_PUT_EDITION = insert(edition).on_conflict_do_update(
    index_elements=[edition.c.document_id, edition.c.number],
    set_={column.name: insert(edition).excluded[column.name] for column in edition.columns},
)
EDITION_COLUMNS = [column.label(_EDITION + column.name) for column in edition.columns]
WORKING = select(document, *EDITION_COLUMNS).join(
    edition, (edition.c.document_id == document.c.id) & (edition.c.number == document.c.edition)
)
_LOAD_LOCKED = WORKING.where(document.c.id == bindparam("wanted")).with_for_update(of=document)


class DocumentStore:
    """Documents through one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, *new: Document) -> None:
        """Insert documents that are not stored yet, with their first editions and histories."""
        rows = [_document_row(document, document.entries[-1].act.at) for document in new]
        await self._connection.execute(_INSERT_DOCUMENT, rows)
        rows = [_edition_row(document.id, document.edition) for document in new]
        await self._connection.execute(_INSERT_EDITION, rows)
        await self._add_history(*new)

    async def get(self, document_id: UUID) -> Document:
        """The document with its working edition, locked until the transaction ends. Raises NotFound."""
        row = (await self._connection.execute(_LOAD_LOCKED, {"wanted": document_id})).mappings().first()
        if row is None:
            raise NotFound("没有找到这份文件")
        return document_of(row)

    async def save(self, changed: Document) -> None:
        """Write the document as it now is, its working edition, and the lines its history gained."""
        if not changed.entries:
            return
        row = _document_row(changed, changed.entries[-1].act.at)
        await self._connection.execute(_UPDATE, {**row, "changed": changed.id})
        await self._connection.execute(_PUT_EDITION, _edition_row(changed.id, changed.edition))
        await self._add_history(changed)

    async def overrides(self, document: Document) -> dict[str, Override]:
        """What second persons have let pass in the working edition, by finding."""
        return await overrides_of(document, self._connection)

    async def _add_history(self, *changed: Document) -> None:
        rows = [_history_row(document.id, entry) for document in changed for entry in document.entries]
        await self._connection.execute(_INSERT_HISTORY, rows)
        for each in changed:
            each.entries.clear()


def _document_row(value: Document, changed_at: datetime) -> dict[str, Any]:
    face = value.face
    return {
        "id": value.id,
        "department": value.department,
        "external_id": value.external_id,
        "state": value.state,
        "revision": value.revision,
        "version": value.version,
        "edition": value.edition.number,
        "public_edition": value.public_edition,
        "kind": face.kind,
        "title": face.title,
        "column_code": face.column,
        "content_hash": face.content_hash,
        "published_at": value.published_at,
        "withdrawn_at": value.withdrawn_at,
        "withdrawal_reason": value.withdrawal_reason,
        **_schedule_row(value.scheduled),
        "hindrance": value.hindrance,
        "changed_at": changed_at,
    }


def _schedule_row(value: Schedule | None) -> dict[str, Any]:
    return {
        "publish_at": value.publish_at if value else None,
        "scheduled_by": value.by if value else None,
        "scheduled_by_name": value.name if value else None,
    }


def _edition_row(document_id: UUID, value: Edition) -> dict[str, Any]:
    content, approval = value.content, value.approval
    return {
        "document_id": document_id,
        "number": value.number,
        "kind": content.kind,
        "title": content.title,
        "body_html": content.body_html,
        "column_code": content.column,
        "document_number": content.document_number,
        "index_number": content.index_number,
        "issued_on": content.issued_on,
        "validity": content.validity,
        "keywords": list(content.keywords),
        "catalogue_items": list(content.catalogue_items),
        "attachments": [_attachment_row(file) for file in content.attachments],
        "source": content.source,
        "content_hash": value.content_hash,
        "authors": list(value.authors),
        "approved_by": approval.by if approval else None,
        "approved_at": approval.at if approval else None,
        "approved_hash": approval.content_hash if approval else None,
    }


def _attachment_row(file: Attachment) -> dict[str, Any]:
    return {"name": file.name, "sha256": file.sha256, "size": file.size, "media_type": file.media_type}


def _history_row(document_id: UUID, entry: Entry) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "position": entry.position,
        "action": entry.action,
        "actor": entry.act.by,
        "actor_name": entry.act.name,
        "at": entry.act.at,
        "note": entry.act.note,
        "edition": entry.edition,
        "version": entry.version,
        "before": entry.before,
        "after": entry.after,
    }


def document_of(row: RowMapping) -> Document:
    public = row["public_edition"] is not None
    return Document(
        id=row["id"],
        department=row["department"],
        edition=_edition(row),
        state=State(row["state"]),
        external_id=row["external_id"],
        revision=row["revision"],
        version=row["version"],
        public_edition=row["public_edition"],
        public_face=Face(DocumentKind(row["kind"]), row["title"], row["column_code"], row["content_hash"])
        if public
        else None,
        published_at=row["published_at"],
        withdrawn_at=row["withdrawn_at"],
        withdrawal_reason=row["withdrawal_reason"],
        scheduled=_schedule(row),
        hindrance=row["hindrance"],
    )


def _schedule(row: RowMapping) -> Schedule | None:
    if row["publish_at"] is None:
        return None
    return Schedule(row["publish_at"], row["scheduled_by"], row["scheduled_by_name"])


def _edition(row: RowMapping) -> Edition:
    approval = None
    if row["e_approved_by"]:
        approval = Approval(row["e_approved_by"], row["e_approved_at"], row["e_approved_hash"])
    return Edition(
        number=row["e_number"],
        content=content_of({column.name: row[_EDITION + column.name] for column in edition.columns}),
        content_hash=row["e_content_hash"],
        authors=tuple(row["e_authors"]),
        approval=approval,
    )


def content_of(row: Mapping[str, Any]) -> Content:
    """The content in a row of `edition`."""
    return Content(
        kind=DocumentKind(row["kind"]),
        title=row["title"],
        body_html=row["body_html"],
        column=row["column_code"],
        document_number=row["document_number"],
        index_number=row["index_number"],
        issued_on=row["issued_on"],
        validity=Validity(row["validity"]),
        keywords=tuple(row["keywords"]),
        catalogue_items=tuple(row["catalogue_items"]),
        attachments=tuple(Attachment(**file) for file in row["attachments"]),
        source=row["source"],
    )
