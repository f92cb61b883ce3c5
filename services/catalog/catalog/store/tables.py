"""The tables of the catalog service."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables
from shared.problems import StaleVersion

metadata = new_metadata()
delivery = delivery_tables(metadata)

columns = Table(
    "columns",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("parent", Text, ForeignKey("columns.code")),
    Column("purpose", Text, nullable=False),
    Column("max_silence_days", Integer),
    Column("silence_source", Text),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("department", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("published_on", Date),
    Column("items", JSONB, nullable=False),
    Column("retirements", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    # At most one current edition a department; also finds it.
    Index("uq_editions_current", "department", unique=True, postgresql_where=text("status = 'published'")),
)

items = Table(
    "items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("department", Text, nullable=False, index=True),
    Column("edition", Integer, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
)

obligations = Table(
    "obligations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("derived", Boolean, nullable=False),
    Column("clause", Text, nullable=False),
    Column("responsible", ARRAY(Text), nullable=False),
    Column("lead", ARRAY(Text), nullable=False),
    Column("supporting", ARRAY(Text), nullable=False),
    Column("raw_term", Text, nullable=False),
    Column("rule", JSONB(none_as_null=True)),
    Column("triggered_on", Date),
    Column("due_on", Date),
    Column("due_provisional", Boolean, nullable=False),
    Column("counts_from", Date),
    Column("recurring", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("column", Text),
    Column("catalogue_item", Text, index=True),
    Column("named_documents", ARRAY(Text), nullable=False),
    Column("fulfilled_by", ARRAY(Text), nullable=False),
    Column("met_on", Date),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_obligations_named_documents", "named_documents", postgresql_using="gin"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("department_name", Text, nullable=False),
    Column("column", Text),
    Column("published_at", DateTime(timezone=True), nullable=False),
)

document_items = Table(
    "document_items",
    metadata,
    Column("document", Text, ForeignKey("documents.id"), primary_key=True),
    Column("item", Text, primary_key=True, index=True),
)

departments = Table(
    "departments",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)


async def save_version(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> None:
    """Insert version 1, or replace version n - 1 by n.

    Raises:
        StaleVersion: another transaction has made this version in the meantime.
    """
    row = insert(table).values(values)
    keys = [column.name for column in table.primary_key]
    others = {name: row.excluded[name] for name in values if name not in keys}
    newer = row.on_conflict_do_update(
        index_elements=keys, set_=others, where=table.c.version == row.excluded.version - 1
    )
    if (await connection.execute(newer.returning(table.c.version))).first() is None:
        raise StaleVersion()


async def lock_names(connection: AsyncConnection, names: list[str]) -> None:
    """Wait for, then hold, one advisory lock a name until the transaction ends; always in one order."""
    wanted = select(func.unnest(array(sorted(names), type_=Text)).label("name")).subquery()
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(wanted.c.name, 0))))
