"""The tables of publishing. Public lists read `document` alone; a body is stored once, in its edition."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables

metadata = new_metadata()
delivery = delivery_tables(metadata)

department = Table(
    "department",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("systems", JSONB, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

column = Table(
    "site_column",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

catalogue_item = Table(
    "catalogue_item",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

# kind, title, column_code and content_hash are the public face: see domain.document.Face.
document = Table(
    "document",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("department", Text, nullable=False),
    Column("external_id", Text),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("public_edition", Integer),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("column_code", Text),
    Column("content_hash", Text, nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_reason", Text),
    Column("publish_at", DateTime(timezone=True)),
    Column("scheduled_by", Text),
    Column("scheduled_by_name", Text),
    Column("hindrance", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("(state = 'scheduled') = (publish_at IS NOT NULL)", name="a_time_if_scheduled"),
)
IS_PUBLIC = text("public_edition IS NOT NULL AND withdrawn_at IS NULL")
Index("ix_document_public", document.c.published_at.desc(), document.c.id.desc(), postgresql_where=IS_PUBLIC)
for facet in (document.c.column_code, document.c.department, document.c.kind):
    Index(
        f"ix_document_public_{facet.name}",
        facet,
        document.c.published_at.desc(),
        document.c.id.desc(),
        postgresql_where=IS_PUBLIC,
    )
Index(
    "ix_document_waiting",
    document.c.state,
    document.c.id,
    postgresql_where=text("state NOT IN ('published', 'withdrawn')"),
)

IS_SCHEDULED = text("state = 'scheduled'")
Index("ix_document_scheduled", document.c.publish_at, document.c.id, postgresql_where=IS_SCHEDULED)

edition = Table(
    "edition",
    metadata,
    Column("document_id", UUID(as_uuid=True), ForeignKey("document.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body_html", Text, nullable=False),
    Column("column_code", Text),
    Column("document_number", Text),
    Column("index_number", Text),
    Column("issued_on", Date),
    Column("validity", Text, nullable=False),
    Column("keywords", ARRAY(Text), nullable=False),
    Column("catalogue_items", ARRAY(Text), nullable=False),
    Column("attachments", JSONB, nullable=False),
    Column("source", Text),
    Column("content_hash", Text, nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("approved_hash", Text),
)

history = Table(
    "history",
    metadata,
    Column("document_id", UUID(as_uuid=True), ForeignKey("document.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("version", Integer),
    Column("before", JSONB, nullable=False),
    Column("after", JSONB, nullable=False),
)

# The highest sequence a department has sent per external id. Its row lock decides between workers, so it
# is written before the document it names, which is why document_id has no foreign key. It is NULL after a
# withdrawal of something we never had.
submission = Table(
    "submission",
    metadata,
    Column("department", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("document_id", UUID(as_uuid=True)),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

stored_file = Table(
    "stored_file",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("extraction", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
