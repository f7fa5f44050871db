"""what violations say, each wording once with its counts; members' counts by severity

Searching long lists of wordings needs trigrams. On PostgreSQL these are the extension pg_trgm,
which the database's owner may create, as it is a trusted one. Where it cannot be created, this
migration says so and goes on without: everything works, but searching a guild with many thousands
of different texts reads them all. How to add it later: docs/configuration.md. On SQLite they are an
FTS5 table, left out where SQLite was built without it.
"""

import logging
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOST_NOT_INDEXED = 2_000
log = logging.getLogger("alembic.runtime.migration")

HASH = """('x' || encode(substring(sha256(
    convert_to(guild_id::text, 'UTF8') || '\\x00'::bytea || convert_to(coalesce(rule, ''), 'UTF8')
    || '\\x00'::bytea || convert_to(reason, 'UTF8')
) FROM 1 FOR 8), 'hex'))::bit(64)::bigint"""
SEVERITIES = ("high", "medium", "low")
BY_SEVERITY = ", ".join(
    f"count(CASE WHEN severity = '{name}' THEN 1 END) AS {name}" for name in SEVERITIES
)


def upgrade() -> None:
    op.add_column("violations", _count("text_hash"))
    for name in SEVERITIES:
        op.add_column("offender_totals", _count(name))
    op.create_table(
        "violation_texts",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("text_hash", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *map(_count, SEVERITIES),
        sa.Column("is_indexed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "text_hash", name=op.f("pk_violation_texts")),
        sqlite_with_rowid=False,
    )
    _count_what_is_there()
    op.create_index(
        "idx_violation_texts_not_indexed",
        "violation_texts",
        ["guild_id", "is_indexed"],
        postgresql_where=sa.text("is_indexed IS false"),
        sqlite_where=sa.text("is_indexed IS 0"),
    )
    op.create_index("idx_violations_text", "violations", ["guild_id", "text_hash", "timestamp_ms"])
    if op.get_bind().dialect.name == "postgresql":
        _index_trigrams_on_postgresql()
    else:
        _index_trigrams_on_sqlite()


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _count_what_is_there() -> None:
    hashed = "text_hash(guild_id, rule, reason)"
    if op.get_bind().dialect.name == "postgresql":
        hashed = HASH
    else:
        driver: Any = op.get_bind().connection.driver_connection
        driver.create_function("text_hash", 3, _text_hash, deterministic=True)
    op.execute(sa.text(f"UPDATE violations SET text_hash = {hashed}".replace(":", "\\:")))
    op.execute(
        "INSERT INTO violation_texts (guild_id, text_hash, rule, reason, high, medium, low)"
        f" SELECT guild_id, text_hash, max(rule), max(reason), {BY_SEVERITY} FROM violations"
        " GROUP BY guild_id, text_hash"
    )
    op.execute(
        "UPDATE offender_totals"
        " SET high = counted.high, medium = counted.medium, low = counted.low FROM"
        f" (SELECT guild_id, user_id, {BY_SEVERITY} FROM violations GROUP BY guild_id, user_id)"
        " AS counted WHERE counted.guild_id = offender_totals.guild_id"
        " AND counted.user_id = offender_totals.user_id"
    )


def _text_hash(guild_id: int, rule: str | None, reason: str) -> int:
    said = f"{guild_id}\0{rule or ''}\0{reason}"
    return int.from_bytes(sha256(said.encode()).digest()[:8], "big", signed=True)


def _index_trigrams_on_postgresql() -> None:
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError as error:
        log.warning(
            "searching long lists of texts will be slow, for want of pg_trgm (%s):"
            " see docs/configuration.md for how to add it",
            str(error.orig).strip(),
        )
        return
    _mark_indexed()
    # Nobody waits for what goes in, so it need not lie in a list that every search reads.
    op.execute(
        "CREATE INDEX idx_violation_texts_trigrams ON violation_texts USING gin"
        " (reason gin_trgm_ops, rule gin_trgm_ops) WITH (fastupdate = off) WHERE is_indexed IS true"
    )


def _index_trigrams_on_sqlite() -> None:
    try:
        op.execute(
            "CREATE VIRTUAL TABLE violation_text_trigrams USING fts5"
            " (rule, reason, content='', detail=none, columnsize=0, tokenize='trigram')"
        )
    except DBAPIError as error:
        log.warning("searching long lists of texts will be slow: %s", error.orig)
        return
    _mark_indexed()
    op.execute(
        "INSERT INTO violation_text_trigrams (rowid, rule, reason)"
        " SELECT text_hash, rule, reason FROM violation_texts WHERE is_indexed IS 1"
    )
    for event, condition, command in (
        ("UPDATE OF is_indexed", "new.is_indexed AND NOT old.is_indexed", ""),
        ("DELETE", "old.is_indexed", "'delete', "),
    ):
        row, name = ("old", "delete") if command else ("new", "add")
        column = "violation_text_trigrams, " if command else ""
        op.execute(
            f"CREATE TRIGGER violation_texts_{name}_trigrams AFTER {event} ON violation_texts"
            f" WHEN {condition} BEGIN INSERT INTO violation_text_trigrams"
            f" ({column}rowid, rule, reason) VALUES"
            f" ({command}{row}.text_hash, {row}.rule, {row}.reason); END"
        )


def _mark_indexed() -> None:
    op.execute(
        "UPDATE violation_texts SET is_indexed = true WHERE guild_id IN (SELECT guild_id"
        f" FROM violation_texts GROUP BY guild_id HAVING count(*) > {MOST_NOT_INDEXED})"
    )


def downgrade() -> None:
    op.drop_index("idx_violations_text", "violations")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS violation_text_trigrams")
    # The extension stays: others may use it by now.
    op.drop_table("violation_texts")
    for name in SEVERITIES:
        op.drop_column("offender_totals", name)
    op.drop_column("violations", "text_hash")
