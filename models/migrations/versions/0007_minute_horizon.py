"""what was forgotten of the minutes is written down"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Where events were counted before, minutes older than three hours were left out.
_BEGIN = """
INSERT INTO minute_horizon (id, epoch_minute)
SELECT 1, max(epoch_hour) * 60 - 180 FROM rollup_hours HAVING max(epoch_hour) IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "minute_horizon",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch_minute", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minute_horizon")),
    )
    op.execute(_BEGIN)


def downgrade() -> None:
    op.drop_table("minute_horizon")
