"""what fails for a guild, or as a step of the background, keeps nothing from the others"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "put_aside",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "what", name=op.f("pk_put_aside")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("put_aside")
