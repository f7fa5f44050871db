"""The finished JSON answers of the read endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, Connection, Index, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from domain.snapshot import Kind
from domain.snapshot import Snapshot as Stored
from domain.spans import Span
from domain.windows import DAY_MS, MINUTE_MS
from models.base import Base, Snowflake, TimestampMs, Words
from models.bulk import BulkInsert


class MetricSnapshot(Base):
    __tablename__ = "metric_snapshots"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    kind: Mapped[Words] = mapped_column(primary_key=True)
    period: Mapped[Words] = mapped_column(primary_key=True)
    body: Mapped[Words]
    # Grows by one when `body` changes, and only then.
    version: Mapped[int] = mapped_column(BigInteger)
    as_of_ms: Mapped[TimestampMs]
    changed_ms: Mapped[TimestampMs]
    # When the window moves on by a bucket; null where the answer has no moving window.
    slides_at_ms: Mapped[TimestampMs | None]
    holds_data: Mapped[bool]
    __table_args__ = (Index(None, "holds_data", "slides_at_ms"),)


_SAVE = BulkInsert(
    MetricSnapshot,
    (
        "guild_id",
        "kind",
        "period",
        "body",
        "version",
        "as_of_ms",
        "changed_ms",
        "slides_at_ms",
        "holds_data",
    ),
    "(guild_id, kind, period) DO UPDATE SET"
    " version = metric_snapshots.version"
    " + CASE WHEN metric_snapshots.body = excluded.body THEN 0 ELSE 1 END,"
    " changed_ms = CASE WHEN metric_snapshots.body = excluded.body"
    " THEN metric_snapshots.changed_ms ELSE excluded.changed_ms END,"
    " body = excluded.body, as_of_ms = excluded.as_of_ms,"
    " slides_at_ms = excluded.slides_at_ms, holds_data = excluded.holds_data",
    returning=("guild_id", "kind", "period", "version", "changed_ms"),
)


def save_snapshots(connection: Connection, made: Iterable[Stored]) -> list[Stored]:
    """Store snapshots; the same with the version and time of change they now have."""
    by_key = {(one.guild_id, one.kind.value, one.span.value): one for one in made}
    rows = [
        (
            *key,
            one.body.decode(),
            1,
            one.as_of_ms,
            one.as_of_ms,
            one.slides_at_ms,
            one.holds_data,
        )
        for key, one in sorted(by_key.items())
    ]
    saved = []
    for guild_id, kind, period, version, changed_ms in _SAVE.run(connection, rows):
        one = by_key[guild_id, kind, period]
        saved.append(
            Stored(
                guild_id,
                one.kind,
                one.span,
                one.body,
                version,
                one.as_of_ms,
                changed_ms,
                one.slides_at_ms,
                one.holds_data,
            )
        )
    return saved


def load_snapshot(connection: Connection, guild_id: int, kind: Kind, span: Span) -> Stored | None:
    table = MetricSnapshot
    query = select(
        table.body,
        table.version,
        table.as_of_ms,
        table.changed_ms,
        table.slides_at_ms,
        table.holds_data,
    ).where(table.guild_id == guild_id, table.kind == kind.value, table.period == span.value)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Stored(guild_id, kind, span, row[0].encode(), *row[1:])


def slid_spans(connection: Connection, now_ms: int, limit: int) -> Sequence[tuple[int, Span]]:
    """(guild, span) of windows that hold data and are not those of now.

    No window ends more than a day ahead, unless it is of a clock that was set back since.
    """
    table = MetricSnapshot
    moved_on = table.slides_at_ms <= now_ms
    lies_ahead = table.slides_at_ms > now_ms + DAY_MS + MINUTE_MS
    query = (
        select(table.guild_id, table.period)
        .where(table.holds_data.is_(True), or_(moved_on, lies_ahead))
        .group_by(table.guild_id, table.period)
        .limit(limit)
    )
    return [(guild_id, Span(period)) for guild_id, period in connection.execute(query)]
