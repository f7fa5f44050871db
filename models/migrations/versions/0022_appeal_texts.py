"""appeals in the member's own words"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appeals", sa.Column("text", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("appeals", "text")
