"""channels on their way out: since when

Such a channel wants no events, so that a process of the release before sends nothing new to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INDEX = "idx_channels_leaving"
LEAVING = sa.text("leaving_ms IS NOT NULL")


def upgrade() -> None:
    op.add_column("channels", sa.Column("leaving_ms", sa.BigInteger(), nullable=True))
    op.create_index(
        INDEX, "channels", ["leaving_ms"], postgresql_where=LEAVING, sqlite_where=LEAVING
    )


def downgrade() -> None:
    op.drop_index(INDEX, "channels")
    op.drop_column("channels", "leaving_ms")
