"""The tables of curation: what editors made, who made it when, and counts of queries without askers."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from search.store import metadata

curated = Table(
    "curated",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("kind", Text, nullable=False),  # best_bet or vocabulary
    Column("name", Text, nullable=False),  # what a list is sorted by: title or term
    Column("content", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_by", Text, nullable=False),
    # Lists of one kind in order; and one vocabulary entry a term.
    Index("ix_curated_kind_name", "kind", "name", "id"),
    Index("uq_curated_term", "name", unique=True, postgresql_where=text("kind = 'vocabulary'")),
)

curated_changes = Table(
    "curated_changes",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("entry", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("action", Text, nullable=False),  # created, changed, deleted
    Column("version", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("who", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("ix_curated_changes_entry", "entry", "position"),
)

queries = Table(
    "queries",
    metadata,
    Column("day", Date, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("searches", Integer, nullable=False),
    Column("zero", Integer, nullable=False),
    Column("askers", Integer, nullable=False),
    # Lets the worker find what is a day old and still rare.
    Column("first_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
)

query_clicks = Table(
    "query_clicks",
    metadata,
    Column("day", Date, primary_key=True),
    Column("query", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("clicks", Integer, nullable=False),
)
