"""From a document to the event that tells the public of it."""

from collections.abc import Collection, Mapping
from typing import Protocol

from publishing.domain.content import Attachment, Content, StoredFile
from publishing.domain.document import Act, Document
from publishing.rendering import plain_text
from shared.events import AttachmentState, DocumentState, DocumentStatus, Event
from shared.problems import Unavailable


class Events(Protocol):
    """The outbox."""

    async def add(self, *events: Event) -> None: ...


class Files(Protocol):
    """What is known of stored files, by hash."""

    async def find(self, hashes: Collection[str]) -> Mapping[str, StoredFile]: ...


async def announce(
    document: Document, event_type: str, act: Act, department_name: str, files: Files, events: Events
) -> None:
    """Put the event of a public change into the outbox, with the document's full public state."""
    state = await public_state(document, department_name, files)
    await events.add(public_event(document, event_type, act, state))


def public_event(document: Document, event_type: str, act: Act, state: DocumentState) -> Event:
    """The fact that the public now sees this state of the document."""
    return Event(event_type, str(document.id), document.version, state, actor=act.by, time=act.at)


async def public_state(document: Document, department_name: str, files: Files) -> DocumentState:
    """What the public may see of a document whose working edition is its public one, or of a tombstone."""
    if not document.is_public:
        return tombstone(document, department_name)
    content = document.edition.content
    found = await files.find([file.sha256 for file in content.attachments])
    return published_state(document, content, department_name, found)


def published_state(
    document: Document,
    content: Content,
    department_name: str,
    files: Mapping[str, StoredFile],
    body: str | None = None,
) -> DocumentState:
    """The full public state of a published document; `body` is its plain text if at hand."""
    if document.published_at is None or document.public_face is None:
        raise ValueError(f"{document.id} is not public")
    return DocumentState(
        id=str(document.id),
        status=DocumentStatus.PUBLISHED,
        kind=content.kind,
        title=content.title,
        department=document.department,
        department_name=department_name,
        column=content.column,
        body=plain_text(content.body_html) if body is None else body,
        document_number=content.document_number,
        index_number=content.index_number,
        issued_on=content.issued_on,
        published_at=document.published_at,
        validity=content.validity,
        keywords=content.keywords,
        catalogue_items=content.catalogue_items,
        attachments=tuple(_attachment(file, files.get(file.sha256)) for file in content.attachments),
        external_id=document.external_id,
        source=content.source,
        content_hash=document.public_face.content_hash,
    )


def tombstone(document: Document, department_name: str) -> DocumentState:
    """What remains after a withdrawal: identity, title and reason; no text, no file."""
    face = document.public_face
    if document.published_at is None or face is None:
        raise ValueError(f"{document.id} was never public")
    return DocumentState(
        id=str(document.id),
        status=DocumentStatus.WITHDRAWN,
        kind=face.kind,
        title=face.title,
        department=document.department,
        department_name=department_name,
        column=face.column,
        published_at=document.published_at,
        external_id=document.external_id,
        content_hash=face.content_hash,
        withdrawal_reason=document.withdrawal_reason,
    )


def _attachment(file: Attachment, stored: StoredFile | None) -> AttachmentState:
    if stored is None:
        raise Unavailable(f"附件“{file.name}”的记录缺失")
    return AttachmentState(
        id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        text=stored.text,
        extraction=stored.extraction,
    )
