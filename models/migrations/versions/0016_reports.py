"""scheduled reports: what is wanted, where it goes, each run; channels of one schedule alone

Such a channel wants no events, so that a process of the release before sends no alert to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PLANNED = sa.text("enabled AND next_ms IS NOT NULL")
OPEN = sa.text("state IN ('due', 'built')")


def upgrade() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("export_types", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("missed_policy", sa.Text(), nullable=False),
        sa.Column("when_empty", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=True),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("failing", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.Column("deleted_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "cadence IN ('daily', 'weekly', 'monthly')", name=op.f("ck_report_schedules_cadence")
        ),
        sa.CheckConstraint(
            "missed_policy IN ('run_once', 'skip', 'backfill')",
            name=op.f("ck_report_schedules_missed_policy"),
        ),
        sa.CheckConstraint(
            "when_empty IN ('send', 'skip')", name=op.f("ck_report_schedules_when_empty")
        ),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_report_schedules")),
    )
    op.create_index(
        "idx_report_schedules_next_ms",
        "report_schedules",
        ["next_ms"],
        postgresql_where=PLANNED,
        sqlite_where=PLANNED,
    )
    op.create_index(
        "idx_report_schedules_failing",
        "report_schedules",
        ["guild_id"],
        postgresql_where=sa.text("failing"),
        sqlite_where=sa.text("failing"),
    )
    op.create_table(
        "report_targets",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "guild_id", "schedule_id", "channel_id", name=op.f("pk_report_targets")
        ),
        sqlite_with_rowid=False,
    )
    _create_occurrences()
    op.add_column("channels", sa.Column("schedule_id", sa.Uuid(), nullable=True))


def _create_occurrences() -> None:
    op.create_table(
        "report_occurrences",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nominal_ms", sa.BigInteger(), nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("exports", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("built_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('scheduled', 'manual', 'test')", name=op.f("ck_report_occurrences_kind")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'built', 'sent', 'partly', 'failed', 'empty', 'skipped')",
            name=op.f("ck_report_occurrences_state"),
        ),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_report_occurrences")),
        sa.UniqueConstraint(
            "guild_id",
            "schedule_id",
            "nominal_ms",
            name=op.f("uq_report_occurrences_guild_id_schedule_id_nominal_ms"),
        ),
    )
    op.create_index(
        "idx_report_occurrences_open",
        "report_occurrences",
        ["created_ms"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index(
        "idx_report_occurrences_created",
        "report_occurrences",
        ["guild_id", "schedule_id", "created_ms"],
    )


def downgrade() -> None:
    # What belongs to a schedule alone would be a channel of the server.
    op.execute("DELETE FROM channels WHERE schedule_id IS NOT NULL")
    op.drop_column("channels", "schedule_id")
    for table in ("report_occurrences", "report_targets", "report_schedules"):
        op.drop_table(table)
