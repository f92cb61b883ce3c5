"""Tables of requests. Nothing about an applicant stands in them unsealed but the kind of applicant."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables

metadata = new_metadata()
delivery = delivery_tables(metadata)

departments = Table(
    "departments",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False, unique=True),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

# One row a department and year; the row's lock is what makes the numbers gapless.
counters = Table(
    "counters",
    metadata,
    Column("department", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("department", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("applicant_kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date),
    Column("due_provisional", Boolean, nullable=False),
    Column("handlers", JSONB, nullable=False),
    Column("correction_until", Date),
    Column("outcome", Text),
    Column("decided_on", Date),
    Column("served_on", Date),
    Column("code_digest", LargeBinary, nullable=False),
    Column("applicant_digest", LargeBinary, nullable=False, index=True),
    Column("wording_digest", LargeBinary, nullable=False),
    Index("ix_requests_department_id", "department", "id"),
    Index("ix_requests_status_due_on", "status", "due_on"),
)

# The ledger of the statutory clock; rows are only ever added.
clock_entries = Table(
    "clock_entries",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("days", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

# What happened, by version of the request; rows are only ever added.
history = Table(
    "history",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)

sealed_texts = Table(
    "sealed_texts",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Who read what of an applicant's data, when and what for; rows are only ever added.
applicant_reads = Table(
    "applicant_reads",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("request_id", ForeignKey("requests.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
)

code_attempts = Table(
    "code_attempts",
    metadata,
    Column("number", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", DateTime(timezone=True), nullable=False),
)

calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("date", Date, primary_key=True),
    Column("year", ForeignKey("calendar_years.year"), nullable=False, index=True),
    Column("working", Boolean, nullable=False),
    Column("name", Text, nullable=False),
)

# One row, made by the first migration. Acts share its lock and an import takes it alone, so that no
# deadline rests on a calendar half changed.
calendar_version = Table(
    "calendar_version",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("version", Integer, nullable=False),
    CheckConstraint("id = 1", name="single_row"),
)
