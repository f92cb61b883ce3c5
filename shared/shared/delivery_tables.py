"""The tables of delivery that every service with a database holds: outbox, inbox, parked, idempotency."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


@dataclass(frozen=True)
class DeliveryTables:
    outbox: Table
    inbox: Table
    parked: Table
    idempotency: Table


def _outbox(metadata: MetaData) -> Table:
    """Events committed with the state they tell of; `sent_at` is set once the broker has confirmed.

    A sent row keeps its headers for tracing and gives up its body.
    """
    table = Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(), primary_key=True),
        Column("id", UUID(as_uuid=True), nullable=False, unique=True),
        Column("exchange", Text, nullable=False),
        Column("routing_key", Text, nullable=False),
        Column("subject", Text, nullable=False, index=True),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("sent_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_pending", table.c.position, postgresql_where=text("sent_at IS NULL"))
    return table


def delivery_tables(metadata: MetaData) -> DeliveryTables:
    """Declare the four tables in a service's metadata."""
    outbox = _outbox(metadata)
    inbox = Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", UUID(as_uuid=True), primary_key=True),
        Column("subject", Text, nullable=False, index=True),
        Column("processed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    parked = Table(
        "parked",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("queue", Text, nullable=False),
        Column("event_id", Text, nullable=False, server_default=""),
        Column("subject", Text, nullable=False, server_default="", index=True),
        Column("reason", Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("state", Text, nullable=False, server_default="parked"),
        Column("settled_at", DateTime(timezone=True)),
        Column("settled_by", Text),
    )
    idempotency = Table(
        "idempotency",
        metadata,
        Column("key", Text, primary_key=True),
        Column("caller", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("status", Integer),
        Column("response", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    return DeliveryTables(outbox, inbox, parked, idempotency)
