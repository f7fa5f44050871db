"""how often a page read something again by itself"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    renewals = sa.Column("renewals", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("access_records", renewals)


def downgrade() -> None:
    op.drop_column("access_records", "renewals")
