"""response times apart for the bot and for moderators, with their sum and the largest"""

import sqlalchemy as sa
from alembic import op

from domain.histogram import BUCKETS, LOWEST_MS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HOUR_MS = 3_600_000
COUNTED = "FROM violations WHERE response_time_ms IS NOT NULL GROUP BY guild_id, epoch_hour"


def upgrade() -> None:
    op.drop_table("rollup_response_times")
    _table(
        ("guild_id", "epoch_hour", "population", "bucket"),
        sa.Column("population", sa.Text(), nullable=False),
        _sum("sum_ms"),
        _sum("largest_ms"),
    )
    population = "CASE WHEN detection_type = 'manual' THEN 'moderator' ELSE 'bot' END"
    _count_again(
        "guild_id, epoch_hour, population, bucket, count, sum_ms, largest_ms",
        f"{population} AS population, {_bucket()} AS bucket, count(*),"
        " sum(response_time_ms), max(response_time_ms)",
        f"{COUNTED}, population, bucket",
    )


def downgrade() -> None:
    op.drop_table("rollup_response_times")
    _table(("guild_id", "epoch_hour", "bucket"))
    _count_again(
        "guild_id, epoch_hour, bucket, count",
        f"{_bucket()} AS bucket, count(*)",
        f"{COUNTED}, bucket",
    )


def _table(key: tuple[str, ...], *more: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        "rollup_response_times",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch_hour", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        _sum("count"),
        *more,
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_rollup_response_times")),
        sqlite_with_rowid=False,
    )


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _count_again(columns: str, values: str, source: str) -> None:
    op.execute(
        f"INSERT INTO rollup_response_times ({columns})"
        f" SELECT guild_id, timestamp_ms / {HOUR_MS} AS epoch_hour, {values} {source}"
    )


def _bucket(first: int = 0, end: int = BUCKETS) -> str:
    """The histogram bucket of a time, halving each time."""
    if end - first == 1:
        return str(first)
    middle = (first + end) // 2
    below, above = _bucket(first, middle), _bucket(middle, end)
    return f"CASE WHEN response_time_ms < {LOWEST_MS[middle]} THEN {below} ELSE {above} END"
