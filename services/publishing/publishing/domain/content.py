"""What the public may read of a document, and the hash that stands for it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from publishing.domain.kinds import FIELD_LABELS, REQUIRED_FIELDS
from publishing.domain.rules import ContentIncomplete
from shared.events import Validity
from shared.kinds import DocumentKind

MAX_BODY = 2_000_000
MAX_ATTACHMENTS = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a document under its public name. Same name and bytes, same id: links outlive an edition."""

    name: str
    sha256: str
    size: int
    media_type: str

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.sha256}/{self.name}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes kept under their hash, and the text found in them; `extraction` is `ok` or `failed: <reason>`."""

    sha256: str
    size: int
    media_type: str
    text: str = ""
    extraction: str = "ok"

    def attached_as(self, name: str) -> Attachment:
        return Attachment(name, self.sha256, self.size, self.media_type)


@dataclass(frozen=True, slots=True)
class Content:
    """One edition's public content; `body_html` is sanitised, and the plain text is derived from it."""

    kind: DocumentKind
    title: str
    body_html: str
    column: str | None = None
    document_number: str | None = None
    index_number: str | None = None
    issued_on: date | None = None
    validity: Validity = Validity.IN_FORCE
    keywords: tuple[str, ...] = ()
    catalogue_items: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    source: str | None = None

    def missing(self) -> Iterator[tuple[str, str]]:
        """Fields its kind requires and it lacks, each with the reason in Chinese."""
        for name in REQUIRED_FIELDS.get(self.kind, ()):
            if not getattr(self, name):
                yield name, f"此体裁必须填写{FIELD_LABELS[name]}"
        if not self.title.strip():
            yield "title", "请填写标题"
        if not self.body_html.strip() and not self.attachments:
            yield "body", "正文和附件不能都为空"

    def require_complete(self) -> None:
        """Raise ContentIncomplete for the first field that is missing."""
        for field, message in self.missing():
            raise ContentIncomplete(field=field, message=message)

    def without_repeated_attachments(self) -> "Content":
        unique = {attachment.id: attachment for attachment in self.attachments}
        return replace(self, attachments=tuple(unique.values()))


def content_hash(department: str, content: Content) -> str:
    """SHA-256, in hex, of the public content as canonical JSON.

    Canonical means RFC 8785: keys sorted, no white space, UTF-8, nothing escaped that need not be. The
    object has exactly these keys; what is absent is null or []. Anyone can recompute it from the public
    document. Names of departments and columns are not in it, since renaming one changes no document.
    """
    public = {
        "attachments": [{"name": file.name, "sha256": file.sha256} for file in content.attachments],
        "body_html": content.body_html,
        "catalogue_items": content.catalogue_items,
        "column": content.column,
        "department": department,
        "document_number": content.document_number,
        "index_number": content.index_number,
        "issued_on": content.issued_on.isoformat() if content.issued_on else None,
        "keywords": content.keywords,
        "kind": content.kind,
        "source": content.source,
        "title": content.title,
        "validity": content.validity,
    }
    return _sha256(public)


def tombstone_hash(department: str, title: str, reason: str) -> str:
    """The same for a withdrawn document: of its department, title and reason, all that is still public."""
    return _sha256({"department": department, "title": title, "withdrawal_reason": reason})


def _sha256(value: Mapping[str, object]) -> str:
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
