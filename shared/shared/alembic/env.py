"""Alembic's entry point for every service: the tables and the connection come from `shared.migrations`."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
