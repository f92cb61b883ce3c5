"""An edition: one wording of a document, who wrote it, and who signed it."""

from dataclasses import dataclass
from datetime import datetime

from publishing.domain.content import Content, content_hash
from shared.kinds import DocumentKind


@dataclass(frozen=True, slots=True)
class Approval:
    """签发: by whom, when, and of exactly which content."""

    by: str
    at: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One wording of a document; everyone who wrote in it is an author and may not approve it."""

    number: int
    content: Content
    content_hash: str
    authors: tuple[str, ...]
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """What lists and tombstones show of a document."""

    kind: DocumentKind
    title: str
    column: str | None
    content_hash: str


NO_EDITION = Edition(0, Content(DocumentKind.OTHER, "", ""), "", ())


def edition_of(number: int, department: str, content: Content, author: str) -> Edition:
    """A content as an edition with one author."""
    content = content.without_repeated_attachments()
    return Edition(number, content, content_hash(department, content), (author,))


def face_of(edition: Edition) -> Face:
    """What the public knows of an edition."""
    content = edition.content
    return Face(content.kind, content.title, content.column, edition.content_hash)
