"""The events services exchange: CloudEvents 1.0 whose data is the full public state after the change.

A consumer that sees only the newest event of a subject is right; `sequence` is the subject's version
(1, 2, 3 ...) and tells newest from older. Unknown fields are ignored, so adding an optional field is
compatible; anything else is a new type with a new version suffix. No event carries personal data of
an applicant.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from uuid_utils.compat import uuid7

TYPE_PREFIX = "sunlight."
TYPE_VERSION = ".v1"


class Payload(BaseModel):
    """Public state carried by an event; frozen, and lenient towards fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class DocumentStatus(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Validity(StrEnum):
    """有效性: whether a document is in force."""

    IN_FORCE = "in_force"
    AMENDED = "amended"
    REPEALED = "repealed"
    EXPIRED = "expired"


class AttachmentState(Payload):
    """A published file and the text found in it (empty when `extraction` is not `ok`)."""

    id: str
    name: str
    media_type: str
    size: int = Field(description="bytes")
    sha256: str
    text: str = ""
    extraction: str = "ok"


class DocumentState(Payload):
    """A document as the public may see it; after a withdrawal only its identity, title and reason remain."""

    id: str
    status: DocumentStatus
    kind: str
    title: str
    department: str = Field(description="code of the issuing department")
    department_name: str
    column: str | None = Field(default=None, description="code of the site column")
    body: str = Field(default="", description="plain text; publishing's API has the sanitised HTML")
    document_number: str | None = Field(default=None, description="文号")
    index_number: str | None = Field(default=None, description="索引号")
    issued_on: date | None = Field(default=None, description="成文日期")
    published_at: AwareDatetime
    validity: Validity = Validity.IN_FORCE
    keywords: tuple[str, ...] = ()
    catalogue_items: tuple[str, ...] = Field(default=(), description="ids of the items it fulfils")
    attachments: tuple[AttachmentState, ...] = ()
    external_id: str | None = None
    source: str | None = Field(default=None, description="where it was taken from, in people's words")
    content_hash: str = Field(description="SHA-256 of the public content, hex")
    withdrawal_reason: str | None = None


class DepartmentSystem(Payload):
    """A department's own system, which may put documents on the queue."""

    client_id: str
    broker_user: str
    trusted: bool = Field(default=False, description="publishes without review")
    active: bool = True


class DepartmentState(Payload):
    code: str
    name: str
    active: bool = True
    systems: tuple[DepartmentSystem, ...] = ()


class ColumnState(Payload):
    """栏目: a department's column on the county portal, and how long it may stay silent."""

    code: str
    name: str
    kind: str
    department: str
    parent: str | None = None
    purpose: str = ""
    max_silence_days: int | None = None
    active: bool = True


class CatalogueItemState(Payload):
    """One row of the disclosure catalogue (主动公开基本目录)."""

    id: str
    edition: int
    number: str
    name: str
    level1: str
    level2: str = ""
    content_elements: str = ""
    legal_basis: str = ""
    disclosing_body: str = ""
    raw_deadline: str = ""
    column: str | None = None
    key_area: bool = False
    retired: bool = False


class CatalogueEditionState(Payload):
    edition: int
    department: str
    title: str
    published_on: date
    items: int


class ObligationState(Payload):
    """What someone must do by when; `due_on` is absent when the term names no date."""

    id: str
    title: str
    source: str
    department: str = Field(default="", description="code of the department whose plan or catalogue it is")
    responsible: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    raw_term: str = ""
    recurring: bool = False
    due_on: date | None = None
    evidence: str = ""
    column: str | None = None
    catalogue_item: str | None = None
    fulfilled_by: tuple[str, ...] = Field(default=(), description="ids of documents")
    active: bool = True


class RequestState(Payload):
    """A disclosure request without anything about its applicant or its text."""

    number: str
    department: str
    status: str
    channel: str
    received_on: date
    due_on: date | None = None
    due_provisional: bool = False
    outcome: str | None = None
    decided_on: date | None = None


class NamedDayState(Payload):
    """A day that a year's notice names: a holiday, or (`working`) a weekend day worked for one."""

    date: date
    working: bool
    name: str


class CalendarState(Payload):
    """The working-day calendar: all that the State Council's yearly notices say."""

    years: tuple[int, ...] = Field(description="years that have a notice; in others only the weekday decides")
    days: tuple[NamedDayState, ...]


PAYLOADS: dict[str, type[Payload]] = {
    "document.published": DocumentState,
    "document.revised": DocumentState,
    "document.withdrawn": DocumentState,
    "department.changed": DepartmentState,
    "column.changed": ColumnState,
    "catalog.edition_published": CatalogueEditionState,
    "catalog.item_published": CatalogueItemState,
    "catalog.item_retired": CatalogueItemState,
    "obligation.changed": ObligationState,
    "request.received": RequestState,
    "request.changed": RequestState,
    "request.decided": RequestState,
    "calendar.changed": CalendarState,
}


def new_id() -> UUID:
    """A UUIDv7: unique, and sorted by the time it was made."""
    return UUID(bytes=uuid7().bytes)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one subject. `type` is the routing key, such as `document.published`."""

    type: str
    subject: str
    sequence: int
    data: Payload
    actor: str = ""
    traceparent: str | None = None
    id: UUID = field(default_factory=new_id)
    time: datetime = field(default_factory=now)

    def __post_init__(self) -> None:
        expected = PAYLOADS.get(self.type)
        if expected is None or not isinstance(self.data, expected):
            raise TypeError(f"{self.type} does not carry {type(self.data).__name__}")
