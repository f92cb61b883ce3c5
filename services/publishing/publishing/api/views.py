"""What readers of the API see."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from publishing.api.findings import FindingView, finding_views
from publishing.domain.checks.findings import Finding
from publishing.domain.checks.overriding import blocks, overrides_in
from publishing.domain.content import Attachment, StoredFile
from publishing.domain.document import Document
from publishing.domain.states import ACTION_LABELS, Action, State
from publishing.handlers.drafting import possible
from publishing.rendering import plain_text
from shared.auth import Principal
from shared.events import AttachmentState, DocumentState, Validity
from shared.kinds import DocumentKind

_AS_WRITTEN = (
    *("kind", "title", "body_html", "column", "document_number", "index_number"),
    *("issued_on", "validity", "keywords", "catalogue_items", "source"),
)
_NOTHING: Mapping[str, StoredFile] = {}


class Listed(BaseModel):
    """A published document in a list."""

    id: str
    title: str
    kind: str
    department: str
    department_name: str
    column: str | None
    published_at: datetime
    version: int
    status: str = "published"


class ListedPage(BaseModel):
    items: list[Listed]
    next_cursor: str | None


class PublicFile(BaseModel):
    """A published file; its text is in the search index, here only how much there is."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    text_chars: int
    extraction: str


class PublicEntry(BaseModel):
    """A change the public saw: published, revised or withdrawn."""

    version: int
    action: str
    at: datetime
    note: str


class StaffEntry(BaseModel):
    """A line of the history as staff see it; `version` is 0 unless the public saw the change."""

    version: int
    revision: int
    action: str
    label: str
    at: datetime
    by: str
    note: str
    edition: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class StaffHistory(BaseModel):
    items: list[StaffEntry]
    next_cursor: None = None


class DraftFile(BaseModel):
    """A file of a working edition; its makers see whether its text could be read."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    text_chars: int | None
    extraction: str | None


class DraftView(BaseModel):
    """A document as staff see it. `version` is the revision to state in If-Match.

    `actions` are the steps this person may take now; `blocked` says why a step is kept from them. `publish_at` is
    the planned moment of a scheduled document, `hindrance` why the last plan was not kept.
    """

    id: str
    version: int
    state: State
    public_version: int
    kind: DocumentKind
    title: str
    body: str
    body_html: str
    department: str
    column: str | None
    document_number: str | None
    index_number: str | None
    issued_on: date | None
    validity: Validity
    keywords: tuple[str, ...]
    catalogue_items: tuple[str, ...]
    attachments: list[DraftFile]
    source: str | None
    content_hash: str
    author: str
    author_name: str
    submitted_by: str
    updated_at: datetime | None
    note: str
    publish_at: datetime | None
    scheduled_by: str
    hindrance: str
    actions: list[Action]
    blocked: dict[str, str]
    findings: Annotated[list[FindingView], Field(description="Made anew at every look; the queue has none.")] = []


class DraftPage(BaseModel):
    items: list[DraftView]
    next_cursor: str | None


def listed(row: RowMapping) -> Listed:
    return Listed(**{**row, "id": str(row["id"]), "column": row["column_code"]})


def public_document(
    document: Document, state: DocumentState, rows: list[RowMapping], items: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of DocumentState with its HTML, version and history; texts of files are left out for their lengths.

    `items` are the names of the catalogue items the document fulfils, by id.
    """
    fields = state.model_dump(mode="json", exclude={"attachments"}) | {"body_html": document.edition.content.body_html}
    files = [_public_file(file).model_dump() for file in state.attachments]
    history = [entry.model_dump(mode="json") for entry in public_history(rows)]
    return {
        **fields,
        "attachments": files,
        "version": document.version,
        "history": history,
        "catalogue_item_names": items,
    }


def _public_file(file: AttachmentState) -> PublicFile:
    return PublicFile(**file.model_dump(exclude={"text"}), text_chars=len(file.text))


def public_history(rows: list[RowMapping]) -> list[PublicEntry]:
    """Only the changes the public saw, without the names of those who made them."""
    seen = []
    present = False
    for row in rows:
        if row["version"] is not None:
            withdrawn = row["action"] == Action.WITHDRAW
            action = "withdrawn" if withdrawn else "revised" if present else "published"
            note = row["note"] if withdrawn else ""
            seen.append(PublicEntry(version=row["version"], action=action, at=row["at"], note=note))
            present = not withdrawn
    return seen


def staff_history(rows: list[RowMapping]) -> StaffHistory:
    return StaffHistory(items=[_staff_entry(row) for row in rows])


def _staff_entry(row: RowMapping) -> StaffEntry:
    action = Action(row["action"])
    return StaffEntry(
        version=row["version"] or 0,
        revision=row["position"],
        action=action,
        label=ACTION_LABELS[action],
        at=row["at"],
        by=row["actor_name"] or row["actor"],
        note=row["note"],
        edition=row["edition"],
        before=row["before"],
        after=row["after"],
    )


def draft_view(
    document: Document,
    who: Principal,
    rows: Sequence[RowMapping] = (),
    files: Mapping[str, StoredFile] = _NOTHING,
    findings: Sequence[Finding] = (),
) -> DraftView:
    """The working edition for this person; lists leave out the history, what files hold and what checks found."""
    content, plan = document.edition.content, document.scheduled
    overrides = overrides_in(rows, document.edition.content_hash)
    actions, blocked = possible(document, who, blocks(findings, overrides))
    submitted = [row for row in rows if row["action"] in (Action.SUBMIT, Action.RECEIVE)]
    names = {row["actor"]: row["actor_name"] for row in rows if row["actor_name"]}
    author = document.edition.authors[0] if document.edition.authors else ""
    return DraftView(
        id=str(document.id),
        version=document.revision,
        state=document.state,
        public_version=document.version,
        body=plain_text(content.body_html),
        department=document.department,
        attachments=[_draft_file(file, files.get(file.sha256)) for file in content.attachments],
        **{name: getattr(content, name) for name in _AS_WRITTEN},
        content_hash=document.edition.content_hash,
        author=author,
        author_name=names.get(author, author),
        submitted_by=(submitted[-1]["actor_name"] or submitted[-1]["actor"]) if submitted else "",
        updated_at=rows[-1]["at"] if rows else None,
        note=rows[-1]["note"] if rows else "",
        publish_at=plan.publish_at if plan else None,
        scheduled_by=plan.name or plan.by if plan else "",
        hindrance=document.hindrance or "",
        actions=actions,
        blocked=blocked,
        findings=finding_views(findings, overrides),
    )


def _draft_file(file: Attachment, found: StoredFile | None) -> DraftFile:
    return DraftFile(
        id=file.id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        text_chars=len(found.text) if found else None,
        extraction=found.extraction if found else None,
    )
