"""dirty guilds that may not wait, since violations came in live, are found by an index"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEX, TABLE = "idx_dirty_guilds_live", "dirty_guilds"
IS_LIVE = sa.text("live_from_ms IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        INDEX, TABLE, ["dirty_since_ms"], postgresql_where=IS_LIVE, sqlite_where=IS_LIVE
    )


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
