"""touched documents: which of a guild's answers its changes touch"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# The release before knows none of them; its marks mean whole spans, and do not count in "told".
COLUMNS = ("documents", "told", "claimed_documents")


def upgrade() -> None:
    for name in COLUMNS:
        column = sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        op.add_column("dirty_guilds", column)


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("dirty_guilds", name)
