"""decisions that a guild's bot is to carry out"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'told')")


def upgrade() -> None:
    op.create_table(
        "bot_changes",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'told', 'done', 'failed', 'superseded')",
            name=op.f("ck_bot_changes_state"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_bot_changes")),
    )
    op.create_index(
        "idx_bot_changes_open",
        "bot_changes",
        ["guild_id", "decided_ms", "id"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index(
        "idx_bot_changes_open_anywhere",
        "bot_changes",
        ["decided_ms", "id"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    for columns in (["guild_id", "decided_ms"], ["decided_ms"]):
        op.create_index(f"idx_bot_changes_{'_'.join(columns)}", "bot_changes", columns)


def downgrade() -> None:
    op.drop_table("bot_changes")
