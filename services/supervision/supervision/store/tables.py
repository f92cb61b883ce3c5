"""The tables: projections of what others announce, each row guarded by its subject's sequence."""

from datetime import date

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, ForeignKey, Index, Table, Text, false
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables

metadata = new_metadata()
delivery = delivery_tables(metadata)

# Compared byte by byte, as Python compares: a page must end where the next begins.
KEY = Text(collation="C")
NO_DUE_DATE = date.max


def _states(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", KEY, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
        Column("state", JSONB, nullable=False),
    )


obligations = _states("obligations")
columns = _states("columns")
departments = _states("departments")
calendars = _states("calendars")

requests = Table(
    "requests",
    metadata,
    Column("number", KEY, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("department", Text, nullable=False),
    Column("due_key", Date, nullable=False, comment="the due date, or 9999-12-31"),
    Column("settled", Text, comment="how it ended; empty while a reply is owed"),
    Column("state", JSONB, nullable=False),
)
Index("ix_requests_owed", requests.c.number, postgresql_where=requests.c.settled.is_(None))
Index("ix_requests_settled", requests.c.settled, requests.c.due_key, requests.c.number)

documents = Table(
    "documents",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("department", Text, nullable=False),
    Column("site_column", Text),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("catalogue_items", ARRAY(Text), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)
Index(
    "ix_documents_newest_in_column",
    documents.c.site_column,
    documents.c.published_at,
    documents.c.id,
    postgresql_where=documents.c.withdrawn.is_(false()),
)

document_items = Table(
    "document_items",
    metadata,
    Column("item", Text, primary_key=True),
    Column("document", KEY, ForeignKey(documents.c.id), primary_key=True),
    Column("published_at", DateTime(timezone=True), nullable=False),
    comment="catalogue items that readable documents fulfil",
)
Index(
    "ix_document_items_age",
    document_items.c.item,
    document_items.c.published_at,
    document_items.c.document,
)
