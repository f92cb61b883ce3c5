"""Names in the history, which is only added to; bodies of events are not compressed for their short stay."""

import sqlalchemy as sa
from alembic import op

revision = "16f4ff45a51e"
down_revision = "176373f3b61e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("history", sa.Column("actor_name", sa.Text(), server_default="", nullable=False))
    op.execute(
        "CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OR DELETE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history()"
    )
    op.execute("ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTENDED")
    op.execute("DROP TRIGGER history_is_only_added_to ON history")
    op.execute("DROP FUNCTION refuse_change_of_history()")
    op.drop_column("history", "actor_name")
