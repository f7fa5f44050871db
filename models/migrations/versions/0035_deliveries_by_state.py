"""what became one thing of a guild's deliveries (dead, unknown) is found among all it was sent"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INDEX, TABLE = "idx_deliveries_state", "deliveries"


def upgrade() -> None:
    op.create_index(INDEX, TABLE, ["guild_id", "state", "created_ms"])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
