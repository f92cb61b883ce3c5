"""What a department's system sends: a document, or the wish to withdraw one; and what it is answered."""

import base64
import binascii
import hashlib
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from publishing.domain.content import MAX_ATTACHMENTS, MAX_BODY
from publishing.domain.words import Sentence, Sha256, ShortText, Word, without_nul
from shared.events import Validity
from shared.kinds import DocumentKind

MAX_INLINE = 256 * 1024
MAX_SEQUENCE = 2**63 - 1


class SubmissionAction(StrEnum):
    """What a message asks for. A revision is a submission: whichever has the highest sequence stands."""

    SUBMIT = "submit"
    REVISE = "revise"
    WITHDRAW = "withdraw"


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > MAX_INLINE * 4 // 3 + 4:
        raise ValueError("内嵌附件不得超过 256 KiB，请先上传再引用")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("不是有效的 Base64") from error


def _small(content: bytes) -> bytes:
    if len(content) > MAX_INLINE:
        raise ValueError("内嵌附件不得超过 256 KiB，请先上传再引用")
    return content


ExternalId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(without_nul)]
InlineContent = Annotated[
    bytes,
    BeforeValidator(_decoded),
    AfterValidator(_small),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
Sequence = Annotated[int, Field(ge=1, le=MAX_SEQUENCE)]


class SubmittedFile(BaseModel):
    """An attachment: its bytes, or the hash of a file uploaded before."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(without_nul)]
    content_base64: InlineContent | None = None
    sha256: Sha256 | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return self.sha256 or hashlib.sha256(self.content_base64 or b"").hexdigest()

    @model_validator(mode="after")
    def _either(self) -> "SubmittedFile":
        if (self.content_base64 is None) == (self.sha256 is None):
            raise ValueError("content_base64 与 sha256 须且只须提供一项")
        return self


class Submission(BaseModel):
    """A document as its department sends it; `body` is plain text or Markdown with headings and lists."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    external_id: ExternalId
    sequence: Sequence
    kind: DocumentKind
    title: Sentence
    body: Annotated[str, Field(max_length=MAX_BODY), AfterValidator(without_nul)] = ""
    column: ShortText = None
    document_number: ShortText = None
    index_number: ShortText = None
    issued_on: date | None = None
    validity: Validity = Validity.IN_FORCE
    keywords: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    catalogue_items: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    attachments: Annotated[tuple[SubmittedFile, ...], Field(max_length=MAX_ATTACHMENTS)] = ()
    source: ShortText = None


class Withdrawal(BaseModel):
    """A department takes a document back, by its own number for it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    external_id: ExternalId
    sequence: Sequence
    reason: Sentence


class OutcomeStatus(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class FieldError(BaseModel):
    """What is wrong with one field, in the department's words."""

    field: str
    message: str


class FindingNote(BaseModel):
    """What automatic checks found in a document, with every number masked."""

    field: str
    where: str = Field(description="the field in the department's words")
    offset: int = Field(description="characters before the place in the field's text")
    rule: str
    severity: str = Field(description="`block` keeps the document from the public until a reviewer decides")
    excerpt: str
    message: str
    suggestion: str
    count: int = Field(default=1, description="places it stands for, over 1 at the end of a long list")


class Outcome(BaseModel):
    """The answer to one submission; every message that is not forged gets one."""

    external_id: str
    sequence: int
    in_reply_to: str = ""
    status: OutcomeStatus
    document_id: UUID | None = None
    version: int | None = Field(default=None, description="version of the public document; 0 before publication")
    next_step: str = ""
    errors: tuple[FieldError, ...] = ()
    findings: tuple[FindingNote, ...] = Field(default=(), description="what automatic checks found")
