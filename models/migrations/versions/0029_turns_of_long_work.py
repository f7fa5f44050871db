"""guilds take turns in having their long work done: when each had its last one"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INDEX, TABLE = "idx_long_work_guild_id_ended_ms", "long_work"


def upgrade() -> None:
    op.create_index(INDEX, TABLE, ["guild_id", "ended_ms"])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
