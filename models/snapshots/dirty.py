"""Guilds whose rollups changed since their snapshots were made, and who is at work on them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Index,
    Select,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.spans import spans_in
from domain.touched import EVERY_DOCUMENT, of_spans, spans_of
from domain.windows import MINUTE_MS
from models.base import Base, Bucket, EventId, Snowflake, TimestampMs
from models.sql.bulk import BulkInsert
from models.sql.key_list import is_one_of

# A guild that nobody looks at has its snapshots made at the latest so long after it changed.
LONGEST_WAIT_MS = 5 * MINUTE_MS


class DirtyGuild(Base):
    __tablename__ = "dirty_guilds"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    # Grows with each mark: a row is deleted only at the revision that was materialised.
    revision: Mapped[int] = mapped_column(BigInteger)
    dirty_since_ms: Mapped[TimestampMs]
    # Bits of domain.spans, which are all that the former release knows, and of domain.touched.
    spans: Mapped[Bucket]
    documents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # How many of the marks said their documents. Where a mark is of the former release, it is fewer
    # than `revision`, and all documents of `spans` are meant.
    told: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # Earliest and latest violation that came in: major events around them are redone.
    violations_from_ms: Mapped[TimestampMs | None]
    violations_to_ms: Mapped[TimestampMs | None]
    # Of these, what came from the bot as it happens, for alerts: not imports, not history.
    live_from_ms: Mapped[TimestampMs | None]
    live_to_ms: Mapped[TimestampMs | None]
    # Who is at work, until when others keep off, and what was taken along: documents, and the
    # range of violations.
    claim: Mapped[EventId | None]
    claimed_documents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    claimed_from_ms: Mapped[TimestampMs | None]
    claimed_to_ms: Mapped[TimestampMs | None]
    claimed_until_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    # How often making its snapshots failed in a row, and until when it is put aside for that.
    attempts: Mapped[Bucket] = mapped_column(default=0, server_default="0")
    retry_at_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    # By claim, since at the full hour every guild with data is dirty, and a claim is a hundred.
    __table_args__ = (
        Index(None, "dirty_since_ms"),
        Index(None, "claim"),
        Index(
            "idx_dirty_guilds_aside",
            "attempts",
            postgresql_where=text("attempts > 0"),
            sqlite_where=text("attempts > 0"),
        ),
        Index(
            "idx_dirty_guilds_live",
            "dirty_since_ms",
            postgresql_where=text("live_from_ms IS NOT NULL"),
            sqlite_where=text("live_from_ms IS NOT NULL"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """`documents`: bits of domain.touched; what the clock alone changes is redone in any case.

    violations_from_ms, violations_to_ms: the first and last violation that came in
    """

    guild_id: int
    since_ms: int
    documents: int = EVERY_DOCUMENT
    violations_from_ms: int | None = None
    violations_to_ms: int | None = None

    @property
    def spans(self) -> int:
        return sum(span.bit for span in spans_of(self.documents))


def _widest(name: str, sign: str) -> str:
    mine, new = f"dirty_guilds.{name}", f"excluded.{name}"
    return (
        f"{name} = CASE WHEN {mine} IS NULL OR {new} {sign} {mine}"
        f" THEN COALESCE({new}, {mine}) ELSE {mine} END"
    )


_MARK = BulkInsert(
    DirtyGuild,
    (
        "guild_id",
        "dirty_since_ms",
        "spans",
        "documents",
        "violations_from_ms",
        "violations_to_ms",
        "live_from_ms",
        "live_to_ms",
        "revision",
        "told",
        "claimed_until_ms",
    ),
    "(guild_id) DO UPDATE SET revision = dirty_guilds.revision + 1, told = dirty_guilds.told + 1,"
    " spans = dirty_guilds.spans | excluded.spans,"
    " documents = dirty_guilds.documents | excluded.documents,"
    f" {_widest('violations_from_ms', '<')}, {_widest('violations_to_ms', '>')},"
    f" {_widest('live_from_ms', '<')}, {_widest('live_to_ms', '>')}",
)


def mark_dirty(connection: Connection, marks: Iterable[Mark], *, is_live: bool = False) -> None:
    """Mark guilds dirty; a mark that is already there is widened, its `dirty_since_ms` stays.

    is_live: the violations came from the bot as they happen, so alerts look at them too.
    """
    rows = [
        (
            mark.guild_id,
            mark.since_ms,
            mark.spans,
            mark.documents,
            mark.violations_from_ms,
            mark.violations_to_ms,
            mark.violations_from_ms if is_live else None,
            mark.violations_to_ms if is_live else None,
            1,
            1,
            0,
        )
        for mark in sorted(marks, key=attrgetter("guild_id"))
    ]
    _MARK.run(connection, rows)


MEANT = (
    DirtyGuild.revision,
    DirtyGuild.told,
    DirtyGuild.spans,
    DirtyGuild.documents,
    DirtyGuild.claimed_documents,
)


def meant(revision: int, told: int, spans: int, documents: int, claimed: int) -> int:
    """The documents that a row's marks mean."""
    by_former = 0 if told == revision else of_spans(spans_in(spans))
    return by_former | documents | claimed


def guilds_put_aside() -> Select[int]:
    """A query of the guilds whose snapshots could not be made when that was last tried."""
    return select(DirtyGuild.guild_id).where(DirtyGuild.attempts > 0)


def count_put_aside(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(guilds_put_aside().subquery())) or 0


def waiting_documents(connection: Connection, guild_id: int) -> int:
    """Which of the guild's documents are behind what was committed: bits of domain.touched."""
    row = connection.execute(select(*MEANT).where(DirtyGuild.guild_id == guild_id)).one_or_none()
    return 0 if row is None else meant(*row)


def count_dirty(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(DirtyGuild)) or 0


def may_not_wait(connection: Connection, looked_at: Collection[int]) -> list[ColumnElement[bool]]:
    """Each a reason for which a dirty guild comes before those that nobody looks at."""
    reasons: list[ColumnElement[bool]] = [
        DirtyGuild.live_from_ms.is_not(None)  # alerts are evaluated with it
    ]
    if looked_at:
        reasons.append(is_one_of(connection, DirtyGuild.guild_id, list(looked_at)))
    return reasons


def oldest_due_ms(connection: Connection, looked_at: Collection[int] | None) -> int | None:
    """Since when the guild that has waited longest should have its snapshots, of those that are not
    put aside. `looked_at` as in `claim_dirty`.
    """
    since_ms = DirtyGuild.dirty_since_ms
    query = select(func.min(since_ms)).where(DirtyGuild.attempts == 0)
    if looked_at is None:
        return connection.scalar(query)
    pressing = may_not_wait(connection, looked_at)
    found = [connection.scalar(query.where(reason)) for reason in pressing]
    if (any_ms := connection.scalar(query)) is not None:
        found.append(any_ms + LONGEST_WAIT_MS)
    return min((ms for ms in found if ms is not None), default=None)
