"""The finished JSON answers of the read endpoints."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Index,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.snapshot import Kind
from domain.snapshot import Snapshot as Stored
from domain.spans import Span
from domain.touched import bit
from domain.windows import DAY_MS, MINUTE_MS
from models.base import Base, Snowflake, TimestampMs, Words
from models.snapshots.dirty import LONGEST_WAIT_MS, guilds_put_aside
from models.sql.bulk import BulkInsert
from models.sql.key_list import is_one_of


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
                guild_id=guild_id,
                kind=one.kind,
                span=one.span,
                body=one.body,
                version=version,
                as_of_ms=one.as_of_ms,
                changed_ms=changed_ms,
                slides_at_ms=one.slides_at_ms,
                holds_data=one.holds_data,
            )
        )
    return saved


def empty_snapshots(connection: Connection, guild_id: int) -> None:
    """Let go of what the guild's answers said. Their versions go on; until they are made anew, each
    is made on demand, as are those of a window without data that has moved on."""
    change = update(MetricSnapshot).where(MetricSnapshot.guild_id == guild_id)
    connection.execute(change.values(body="{}", holds_data=False, slides_at_ms=0))


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


def slid_guilds(
    connection: Connection,
    now_ms: int,
    limit: int,
    looked_at: Collection[int] | None = None,
) -> list[tuple[int, int]]:
    """Guilds of which a window holds data and is not that of now, longest waiting first, and since
    when it is not. Those that are looked at, where that is known, come before all others.

    No window ends more than a day ahead, unless it is of a clock that was set back since. Guilds
    that are put aside are left out: their windows would stand before all others for ever.
    looked_at: as in `claim_dirty`
    """
    table = MetricSnapshot
    moved_on = table.slides_at_ms <= now_ms
    comes_first: list[ColumnElement[bool]] = []
    if looked_at:
        comes_first.append(is_one_of(connection, table.guild_id, list(looked_at)))
    if looked_at is not None:
        moved_on &= or_(table.slides_at_ms <= now_ms - LONGEST_WAIT_MS, *comes_first)
    lies_ahead = table.slides_at_ms > now_ms + DAY_MS + MINUTE_MS
    since_ms = func.min(table.slides_at_ms)
    query = (
        select(table.guild_id, since_ms)
        .where(table.holds_data.is_(True), or_(moved_on, lies_ahead), _is_ours())
        .where(table.guild_id.not_in(guilds_put_aside()))
        .group_by(table.guild_id)
        .order_by(*(one.desc() for one in comes_first), since_ms, table.guild_id)
        .limit(limit)
    )
    return [(row[0], min(row[1] or 0, now_ms)) for row in connection.execute(query)]


def slid_documents(connection: Connection, guild_ids: Sequence[int], now_ms: int) -> dict[int, int]:
    """What the clock alone changed since it was made: bits of domain.touched by guild.

    Also what was made by a clock that was ahead, and was set back since.
    """
    table = MetricSnapshot
    moved_on = table.slides_at_ms <= now_ms
    lies_ahead = table.as_of_ms > now_ms + MINUTE_MS
    query = select(table.guild_id, table.kind, table.period).where(
        table.guild_id.in_(guild_ids),
        table.holds_data.is_(True),
        table.slides_at_ms.is_not(None),
        or_(moved_on, lies_ahead),
        _is_ours(),
    )
    found: dict[int, int] = defaultdict(int)
    for guild_id, kind, period in connection.execute(query):
        found[guild_id] |= bit(Kind(kind), Span(period))
    return found


def _is_ours() -> ColumnElement[bool]:
    """Not of another release."""
    table = MetricSnapshot
    spans, kinds = [span.value for span in Span], [kind.value for kind in Kind]
    return table.period.in_(spans) & table.kind.in_(kinds)
