"""names that grow old are asked for again, after those that are missing"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A queue: whoever waits in it is wanted again by the next answer that shows them.
    op.drop_table("wanted_users")
    op.create_table(
        "wanted_users",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("has_name", sa.Boolean(), nullable=False),
        sa.Column("wanted_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_wanted_users")),
    )
    op.create_index(
        op.f("idx_wanted_users_has_name_wanted_ms"), "wanted_users", ["has_name", "wanted_ms"]
    )
    op.create_index(op.f("idx_guild_rules_updated_by"), "guild_rules", ["updated_by"])
    op.create_index(
        op.f("idx_rollup_moderators_moderator_id_guild_id"),
        "rollup_moderators",
        ["moderator_id", "guild_id"],
    )


def downgrade() -> None:
    op.drop_index(op.f("idx_rollup_moderators_moderator_id_guild_id"), "rollup_moderators")
    op.drop_index(op.f("idx_guild_rules_updated_by"), "guild_rules")
    op.drop_table("wanted_users")
    op.create_table(
        "wanted_users",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("wanted_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_wanted_users")),
    )
    op.create_index(op.f("idx_wanted_users_wanted_ms"), "wanted_users", ["wanted_ms"])
