"""the handshake of a login is good once"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_handshakes",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("forget_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_used_handshakes")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("idx_used_handshakes_forget_ms"), "used_handshakes", ["forget_ms"])


def downgrade() -> None:
    op.drop_table("used_handshakes")
