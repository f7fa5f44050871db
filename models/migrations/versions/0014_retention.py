"""raw rows and ids that are old go: from when on a guild's rows are kept, until when an id is

Ids that were entered before this are kept for ever, as are those of imported history: nothing says
that their events are too old to come again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.Column("kept_from_ms", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("guilds", kept)
    op.add_column("ingested_events", sa.Column("forget_after_ms", sa.BigInteger(), nullable=True))
    op.create_index(
        "idx_ingested_events_forget_after",
        "ingested_events",
        ["forget_after_ms"],
        postgresql_using="brin",
        sqlite_where=sa.text("forget_after_ms IS NOT NULL"),
    )
    op.create_index(
        "idx_message_counts_guild_timestamp", "message_counts", ["guild_id", "timestamp_ms"]
    )


def downgrade() -> None:
    op.drop_index("idx_message_counts_guild_timestamp", "message_counts")
    op.drop_index("idx_ingested_events_forget_after", "ingested_events")
    op.drop_column("ingested_events", "forget_after_ms")
    op.drop_column("guilds", "kept_from_ms")
