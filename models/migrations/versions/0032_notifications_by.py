"""who did what a notification tells of"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "by")
