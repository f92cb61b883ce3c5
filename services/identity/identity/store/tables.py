"""The tables of the identity service."""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import new_metadata
from shared.delivery_tables import delivery_tables

metadata = new_metadata()
delivery = delivery_tables(metadata)

departments = Table(
    "departments",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

systems = Table(
    "systems",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("department", Text, ForeignKey("departments.code"), nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""A department's systems; they share its broker user, so the database too allows one active at a time."""

Index("uq_systems_active_department", systems.c.department, unique=True, postgresql_where=text("active"))
Index("ix_systems_department", systems.c.department, systems.c.created_at)

service_clients = Table(
    "service_clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("grants", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
)
"""Clients of no department, such as the operators' command line."""

staff = Table(
    "staff",
    metadata,
    Column("username", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("grants", JSONB, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("name_key", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last", DateTime(timezone=True), nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("username", Text, ForeignKey("staff.username"), nullable=False, index=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False, index=True),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("private_key", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
)
"""Ed25519 keys as JWK. Only the service's own role can read its tables; nobody else may connect at all."""
