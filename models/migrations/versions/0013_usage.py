"""what is stored for a guild is counted by day"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("usage_day", "usage_events", "usage_bytes"):
        op.add_column(
            "guilds", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )


def downgrade() -> None:
    for name in ("usage_day", "usage_events", "usage_bytes"):
        op.drop_column("guilds", name)
