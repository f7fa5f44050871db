"""heartbeats: when the one before the latest came, which says how often they come"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeats", sa.Column("previous_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("heartbeats", "previous_ms")
