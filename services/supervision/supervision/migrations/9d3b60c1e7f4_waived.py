"""What ended undecided was counted as met, on the day it ended."""

from alembic import op

revision = "9d3b60c1e7f4"
down_revision = "5c1d7f0a92be"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE requests SET settled = 'waived' WHERE state ->> 'status' IN ('lapsed', 'withdrawn')")


def downgrade() -> None:
    pass
