"""Tables of alerts. The saved questions here are the truth; the percolator index is derived from them."""

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from search.store import metadata


def _of_subscription() -> ForeignKey:
    """Everything of a person goes with the subscription they stop."""
    return ForeignKey("alert_subscriptions.id", ondelete="CASCADE")


subscriptions = Table(
    "alert_subscriptions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("address_digest", LargeBinary, nullable=False),  # keyed, to count by; the address is sealed beside it
    Column("address", LargeBinary, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("question", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("confirm_until", DateTime(timezone=True), nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("quiet_until", DateTime(timezone=True)),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("indexed_as", Text),
    UniqueConstraint("address_digest", "question", "frequency"),
)
Index("ix_alert_unindexed", subscriptions.c.id, postgresql_where=text("state = 'active' AND indexed_as IS NULL"))

letters = Table(
    "alert_letters",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("subscription", UUID(as_uuid=True), _of_subscription(), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("try_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("sent_at", DateTime(timezone=True)),
    Column("failed_at", DateTime(timezone=True)),
)
Index(
    "ix_alert_letters_waiting",
    letters.c.try_at,
    postgresql_where=text("sent_at IS NULL AND failed_at IS NULL"),
)

deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("subscription", UUID(as_uuid=True), _of_subscription(), primary_key=True),
    Column("document", Text, primary_key=True),
    Column("matched_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("letter", UUID(as_uuid=True), ForeignKey("alert_letters.id", ondelete="CASCADE"), index=True),
)
Index("ix_alert_deliveries_unsent", deliveries.c.due_at, postgresql_where=text("letter IS NULL"))

# What is stopped is deleted with its address; only how many there were on a day remains.
endings = Table(
    "alert_endings",
    metadata,
    Column("day", Date, primary_key=True),
    Column("ending", Text, primary_key=True),
    Column("many", Integer, nullable=False),
)
