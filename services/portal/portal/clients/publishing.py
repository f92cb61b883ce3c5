"""Publishing: the public record, and the drafts on their way there."""

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any

import aiohttp
from pydantic import Field

from portal.clients.transport import Page, Params, Service, Shape, segment, shaped


class Attachment(Shape):
    id: str = ""
    name: str
    media_type: str = ""
    size: int = 0
    sha256: str = ""
    text_chars: int | None = None
    extraction: str | None = "ok"


class Summary(Shape):
    id: str
    title: str
    kind: str = "other"
    department: str = ""
    department_name: str = ""
    column: str | None = None
    published_at: datetime | None = None
    version: int | None = None
    status: str = "published"


class Happening(Shape):
    """One entry of a document's append-only history."""

    version: int = 0
    action: str = ""
    label: str = ""
    at: datetime | None = None
    by: str = ""
    note: str | None = None
    after: dict[str, Any] = Field(default_factory=dict)

    @property
    def publish_at(self) -> datetime | None:
        """The moment this entry planned a publication for."""
        planned = self.after.get("publish_at")
        return datetime.fromisoformat(planned) if planned else None


class Document(Summary):
    body: str = ""
    body_html: str = ""
    document_number: str | None = None
    index_number: str | None = None
    issued_on: date | None = None
    validity: str = "in_force"
    keywords: list[str] = Field(default_factory=list)
    catalogue_items: list[str] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    source: str | None = None
    content_hash: str = ""
    history: list[Happening] = Field(default_factory=list)


class Tombstone(Shape):
    """What remains of a withdrawn document."""

    id: str = ""
    title: str = ""
    withdrawal_reason: str | None = None
    withdrawn_at: datetime | None = None


class Override(Shape):
    """Who let a finding pass, and why."""

    by: str = ""
    at: datetime | None = None
    reason: str = ""


class Finding(Shape):
    """What automatic checks found in one place; `excerpt` has its numbers masked."""

    id: str
    where: str = ""
    offset: int = 0
    label: str = ""
    severity: str = "warn"
    excerpt: str = ""
    message: str = ""
    suggestion: str = ""
    count: int = 1
    override: Override | None = None


class Draft(Shape):
    """A document as its makers see it. `blocked` says, per action, why this person may not take it.

    `publish_at` is when a scheduled one becomes public; `hindrance` is why the last plan was not kept.
    """

    id: str
    version: int
    state: str = "draft"
    kind: str = "other"
    title: str = ""
    body: str = ""
    body_html: str = ""
    department: str = ""
    column: str | None = None
    document_number: str | None = None
    index_number: str | None = None
    issued_on: date | None = None
    keywords: list[str] = Field(default_factory=list)
    catalogue_items: list[str] = Field(default_factory=list)
    attachments: list[Attachment] = Field(default_factory=list)
    author: str = ""
    author_name: str = ""
    submitted_by: str = ""
    validity: str = "in_force"
    public_version: int | None = None
    source: str | None = None
    updated_at: datetime | None = None
    note: str | None = None
    publish_at: datetime | None = None
    scheduled_by: str = ""
    hindrance: str = ""
    actions: list[str] | None = None
    blocked: dict[str, str] = Field(default_factory=dict)
    findings: list[Finding] | None = None


class Publishing(Service):
    async def documents(
        self,
        column: str = "",
        department: str = "",
        kind: str = "",
        limit: int = 20,
        cursor: str | None = None,
    ) -> Page[Summary]:
        """Published documents, newest first."""
        params: Params = {
            "column": column,
            "department": department,
            "kind": kind,
            "limit": limit,
            "cursor": cursor,
        }
        return shaped(Page[Summary], self.name, (await self.get("/api/documents", params)).body)

    async def document(self, document_id: str) -> Document:
        """Raises Missing, or Gone with what remains of a withdrawn document."""
        return shaped(Document, self.name, (await self.get(f"/api/documents/{segment(document_id)}")).body)

    def attachment(self, document_id: str, attachment_id: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.stream(f"/api/documents/{segment(document_id)}/attachments/{segment(attachment_id)}")

    async def queue(self, token: str, mine: bool = False, cursor: str | None = None) -> Page[Draft]:
        """What waits for this person, or what they wrote that is not public yet, the oldest first."""
        params: Params = {"mine": "true" if mine else None, "cursor": cursor}
        return shaped(Page[Draft], self.name, (await self.get("/api/documents/queue", params, token)).body)

    async def scheduled(self, token: str, limit: int = 50, cursor: str | None = None) -> Page[Draft]:
        """Documents that wait for their time, the next first."""
        params: Params = {"limit": limit, "cursor": cursor}
        return shaped(Page[Draft], self.name, (await self.get("/api/documents/scheduled", params, token)).body)

    async def draft(self, document_id: str, token: str) -> Draft:
        answer = await self.get(f"/api/documents/{segment(document_id)}/draft", token=token)
        body = dict(answer.body or {})
        body["version"] = answer.version if answer.version is not None else body.get("version")
        return shaped(Draft, self.name, body)

    async def create(self, fields: dict[str, Any], token: str, key: str) -> Draft:
        answer = await self.post("/api/documents", fields, token, {"Idempotency-Key": key})
        return shaped(Draft, self.name, answer.body)

    async def save(self, document_id: str, fields: dict[str, Any], token: str, version: int) -> None:
        await self.change("PUT", f"/api/documents/{segment(document_id)}/draft", fields, token, version)

    async def act(self, document_id: str, action: str, note: str, token: str, version: int) -> None:
        """submit, return, approve, publish, call_off, withdraw or revise."""
        body = {"note": note} if note else {}
        await self.change("POST", f"/api/documents/{segment(document_id)}/{segment(action)}", body, token, version)

    async def schedule(self, document_id: str, publish_at: datetime, token: str, version: int) -> None:
        """Plan the publication, or move it to another time."""
        body = {"publish_at": publish_at.isoformat()}
        await self.change("POST", f"/api/documents/{segment(document_id)}/schedule", body, token, version)

    async def history(self, document_id: str, token: str) -> list[Happening]:
        answer = await self.get(f"/api/documents/{segment(document_id)}/history", token=token)
        return shaped(Page[Happening], self.name, answer.body).items

    async def override(self, document_id: str, findings: list[str], reason: str, token: str, version: int) -> None:
        """Let blocking findings of the present content pass."""
        body = {"findings": findings, "note": reason}
        await self.change("POST", f"/api/documents/{segment(document_id)}/overrides", body, token, version)

    async def keep_file(self, name: str, media_type: str, content: Any, token: str) -> Attachment:
        """Keep an uploaded file. Raises Unacceptable for a kind of file that is not accepted."""
        plain = "".join(letter for letter in name if letter.isprintable())
        form = aiohttp.FormData(quote_fields=False)  # Chinese names go as UTF-8, not percent-encoded
        form.add_field("file", content, filename=plain, content_type=media_type)
        return shaped(Attachment, self.name, (await self.upload("/api/attachments", form, token)).body)
