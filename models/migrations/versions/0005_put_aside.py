"""what fails is put aside; users are wanted by a guild; a database has a name of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FAILED = sa.text("attempts > 0")


def upgrade() -> None:
    for table, of_whom in (("dirty_guilds", "attempts"), ("outbox", "guild_id")):
        op.add_column(
            table, sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
        )
        op.add_column(
            table, sa.Column("retry_at_ms", sa.BigInteger(), server_default="0", nullable=False)
        )
        op.create_index(
            f"idx_{table}_aside", table, [of_whom], postgresql_where=FAILED, sqlite_where=FAILED
        )
    op.create_index(op.f("idx_outbox_created_ms"), "outbox", ["created_ms"])
    op.create_table(
        "incarnation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incarnation")),
    )
    # A queue: whoever waits in it is wanted again by the next answer that shows them.
    op.drop_table("wanted_users")
    _wanted_users(sa.Column("guild_id", sa.BigInteger(), nullable=False))
    op.create_index(
        op.f("idx_wanted_users_guild_id_has_name_wanted_ms"),
        "wanted_users",
        ["guild_id", "has_name", "wanted_ms"],
    )


def downgrade() -> None:
    op.drop_table("wanted_users")
    _wanted_users()
    op.create_index(
        op.f("idx_wanted_users_has_name_wanted_ms"), "wanted_users", ["has_name", "wanted_ms"]
    )
    op.drop_table("incarnation")
    op.drop_index(op.f("idx_outbox_created_ms"), "outbox")
    for table in ("outbox", "dirty_guilds"):
        op.drop_index(f"idx_{table}_aside", table)
        op.drop_column(table, "retry_at_ms")
        op.drop_column(table, "attempts")


def _wanted_users(*more: sa.Column[int]) -> None:
    op.create_table(
        "wanted_users",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        *more,
        sa.Column("has_name", sa.Boolean(), nullable=False),
        sa.Column("wanted_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_wanted_users")),
    )
