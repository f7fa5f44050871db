"""incidents: raids as one thing each, with their members and what people wrote about them"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        _big("guild_id"),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(_big(name) for name in ("from_ms", "until_ms", "started_ms", "ended_ms")),
        *(_count(name) for name in ("violation_count", "member_count", "bystander_violations")),
        sa.Column("usual_per_hour", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rules", "channels", "actions")),
        sa.Column("looked_after_by", sa.Text(), nullable=True),
        sa.Column("looked_after_ms", sa.BigInteger(), nullable=True),
        _big("found_ms"),
        sa.Column("told_over", sa.Boolean(), server_default=sa.false(), nullable=False),
        _count("revision"),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_incidents")),
    )
    op.create_index(
        op.f("idx_incidents_guild_id_started_ms"), "incidents", ["guild_id", "started_ms"]
    )
    op.create_index(
        "idx_incidents_going_on",
        "incidents",
        ["ended_ms"],
        postgresql_where=sa.text("told_over = false"),
        sqlite_where=sa.text("told_over = 0"),
    )
    op.create_table(
        "incident_members",
        _big("guild_id"),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        *(_big(name) for name in ("user_id", "first_ms", "last_ms")),
        _count("violation_count"),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "guild_id", "incident_id", "user_id", name=op.f("pk_incident_members")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("idx_incident_members_guild_id_user_id"), "incident_members", ["guild_id", "user_id"]
    )
    op.create_table(
        "incident_notes",
        _big("guild_id"),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _big("at_ms"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "incident_id", "id", name=op.f("pk_incident_notes")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("incident_notes")
    op.drop_table("incident_members")
    op.drop_table("incidents")


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
