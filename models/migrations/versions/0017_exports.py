"""exports have a history: what was asked for, how far it is, where its file lies"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITS = sa.text("state IN ('queued', 'running')")
HAS_FILE = sa.text("storage_key IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "export_history",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("export_type", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("compression", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("from_ms", sa.BigInteger(), nullable=True),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=True),
        sa.Column("occurrence_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("as_of_ms", sa.BigInteger(), nullable=True),
        sa.Column("rows_estimated", sa.BigInteger(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_export_history")),
    )
    for name, columns in (
        ("idx_export_history_guild_created", ["guild_id", "created_ms"]),
        ("idx_export_history_ended", ["ended_ms"]),
    ):
        op.create_index(name, "export_history", columns)
    for name, columns, where, unique in (
        ("idx_export_history_waiting", ["guild_id", "state"], WAITS, False),
        ("uq_export_history_storage_key", ["storage_key"], HAS_FILE, True),
        ("uq_export_history_occurrence", ["guild_id", "occurrence_id", "export_type"], None, True),
    ):
        op.create_index(
            name,
            "export_history",
            columns,
            unique=unique,
            postgresql_where=where,
            sqlite_where=where,
        )


def downgrade() -> None:
    op.drop_table("export_history")
