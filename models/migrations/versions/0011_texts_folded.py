"""texts and names stored folded as well, so that a search means the same on both databases"""

import logging
from collections.abc import Sequence
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AT_ONCE = 1_000
log = logging.getLogger("alembic.runtime.migration")


def upgrade() -> None:
    _drop_trigrams()
    folded = sa.Column("folded", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("violation_texts", folded)
    op.add_column("user_cache", sa.Column("folded_name", sa.Text(), nullable=True))
    _fill("violation_texts", ("guild_id", "text_hash"), ("rule", "reason"), "folded")
    _fill("user_cache", ("user_id",), ("username",), "folded_name")
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql("folded gin_trgm_ops")
    else:
        _index_on_sqlite(("folded",))


def _fill(name: str, key: tuple[str, ...], texts: tuple[str, ...], target: str) -> None:
    """A page at a time, in the order of the key."""
    table = sa.table(name, *(sa.column(one) for one in (*key, *texts, target)))
    places = [table.c[one] for one in key]
    query = sa.select(*places, *(table.c[one] for one in texts)).order_by(*places).limit(AT_ONCE)
    change = table.update().values({target: sa.bindparam("said")})
    change = change.where(*(table.c[one] == sa.bindparam(f"key_{one}") for one in key))
    rows: Sequence[Any] = op.get_bind().execute(query).all()
    while rows:
        op.get_bind().execute(
            change,
            [
                {f"key_{one}": value for one, value in zip(key, row, strict=False)}
                | {"said": _together(row[len(key) :])}
                for row in rows
            ],
        )
        last = rows[-1][: len(key)]
        rows = op.get_bind().execute(query.where(sa.tuple_(*places) > last)).all()


def _together(texts: Sequence[str | None]) -> str | None:
    """A name by itself may be missing; of a wording only the rule may."""
    if texts == (None,):
        return None
    return "\x1f".join(_folded(text or "") for text in texts)


def _folded(text: str) -> str:
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    return plain.replace("\x1f", " ")


def _drop_trigrams() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS idx_violation_texts_trigrams")
        return
    for name in ("add", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS violation_texts_{name}_trigrams")
    op.execute("DROP TABLE IF EXISTS violation_text_trigrams")


def _index_on_postgresql(columns: str) -> None:
    has_trigrams = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
    if op.get_bind().scalar(has_trigrams):
        op.execute(
            "CREATE INDEX idx_violation_texts_trigrams ON violation_texts USING gin"
            f" ({columns}) WITH (fastupdate = off) WHERE is_indexed IS true"
        )


def _index_on_sqlite(columns: tuple[str, ...]) -> None:
    names = ", ".join(columns)
    try:
        op.execute(
            f"CREATE VIRTUAL TABLE violation_text_trigrams USING fts5 ({names}, content='',"
            " detail=none, columnsize=0, tokenize='trigram')"
        )
    except DBAPIError as error:
        log.warning("searching long lists of texts will be slow: %s", error.orig)
        return
    op.execute(
        f"INSERT INTO violation_text_trigrams (rowid, {names})"
        f" SELECT text_hash, {names} FROM violation_texts WHERE is_indexed IS 1"
    )
    for event, condition, command in (
        ("UPDATE OF is_indexed", "new.is_indexed AND NOT old.is_indexed", ""),
        ("DELETE", "old.is_indexed", "'delete', "),
    ):
        row, name = ("old", "delete") if command else ("new", "add")
        column = "violation_text_trigrams, " if command else ""
        values = ", ".join(f"{row}.{one}" for one in columns)
        op.execute(
            f"CREATE TRIGGER violation_texts_{name}_trigrams AFTER {event} ON violation_texts"
            f" WHEN {condition} BEGIN INSERT INTO violation_text_trigrams"
            f" ({column}rowid, {names}) VALUES ({command}{row}.text_hash, {values}); END"
        )


def downgrade() -> None:
    _drop_trigrams()
    with op.batch_alter_table("user_cache") as table:
        table.drop_column("folded_name")
    op.drop_column("violation_texts", "folded")
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql("reason gin_trgm_ops, rule gin_trgm_ops")
    else:
        _index_on_sqlite(("rule", "reason"))
