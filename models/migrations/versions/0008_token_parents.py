"""a token made by a token ends with it"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_tokens", sa.Column("parent_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("access_tokens", "parent_id")
