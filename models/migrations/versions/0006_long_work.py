"""long work has a row with a state and a lease"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WAITS = sa.text("state IN ('queued', 'running')")
RUNS = sa.text("state = 'running' AND guild_id <> 0")


def upgrade() -> None:
    op.create_table(
        "long_work",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_long_work")),
    )
    op.create_index("idx_long_work_state_due_ms", "long_work", ["state", "due_ms"])
    for name, columns, where in (
        ("uq_long_work_waiting", ["guild_id", "kind", "subject"], WAITS),
        ("uq_long_work_running", ["guild_id"], RUNS),
    ):
        op.create_index(
            name, "long_work", columns, unique=True, postgresql_where=where, sqlite_where=where
        )


def downgrade() -> None:
    op.drop_table("long_work")
