"""alert endings"""

import sqlalchemy as sa
from alembic import op

revision = "a41c7be20d95"
down_revision = "332839bc9e0e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_endings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "ending", name=op.f("pk_alert_endings")),
    )


def downgrade() -> None:
    op.drop_table("alert_endings")
