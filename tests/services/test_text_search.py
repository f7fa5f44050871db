"""A search finds what Python's `in` finds in folded texts and names, whichever way it goes."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from unicodedata import normalize
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.database import Database
from domain.rollup_deltas import ViolationRow
from domain.windows import DAY_MS
from models.erasure.rows import erase_member
from models.guilds.guild import lock_guilds
from models.violations import search as text_search
from models.violations import streams as violation_streams
from models.violations import text_index
from models.violations.list import Position, ViolationFilter, list_violations
from models.violations.text_index import index_some
from models.violations.total import count_violations
from schemas.events.structs import Event, bounded
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.parts import examples
from tests.services.events import user, violation

NOW_MS = 1_769_508_000_000
_guilds = count(10**17)
# Wildcards, quotes, escapes, words of FTS5's language, scripts from both sides, letters with case.
HOSTILE = (
    *"%_\\'\"*^:()-+\t",
    *("AND", "OR", "NOT", "NEAR", "spam", "SpAm", "ab", "a", "b"),
    *("Ä", "ä", "ß", "ẞ", "ss", "é", "e\u0301", "😀", "שלום", "١"),
    *("Реклама", "реклама", "РЕК", "ΣΑΣ", "σας", "ﬁ", "FI", "ＡＢ", "İ", "i\u0307", "\x1f"),
)
_words = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=5).map("".join)
_sentences = st.lists(_words, min_size=1, max_size=3).map(" ".join)
_hits = st.lists(
    st.tuples(
        st.none() | _words,
        _sentences.filter(lambda reason: bool(reason.strip())),
        st.sampled_from(["low", "medium", "high"]),
        st.integers(1, 3),
        st.integers(0, 5),
    ),
    max_size=12,
)
# The most wordings that are merged, violations that are gathered, wordings that are named.
_limits = st.sampled_from([(32, 5_000, 5_000), (0, 5_000, 5_000), (0, 0, 5_000), (32, 5_000, 1)])


# By member, whose name a bot says: to everybody, or in this guild alone.
_names = st.dictionaries(
    st.integers(1, 3), st.tuples(st.booleans(), _words.filter(str.strip)), max_size=3
)


# Whether it is for this guild alone, and the name; by member.
Names = dict[int, tuple[bool, str]]
# rule, reason, severity, member, days ago
Hit = tuple[str | None, str, str, int, int]


def _events(guild_id: int, hits: list[Hit]) -> list[Event]:
    return [
        violation(
            guild_id,
            NOW_MS - ago * DAY_MS,
            _member(guild_id, number),
            rule=rule,
            reason=text,
            severity=severity,
        )
        for rule, text, severity, number, ago in hits
    ]


def _member(guild_id: int, number: int) -> int:
    """Another in each guild, as names are everybody's."""
    return guild_id * 10 + number


def _names_said(guild_id: int, names: Names) -> list[Event]:
    said = [
        (is_local, user(guild_id, NOW_MS, _member(guild_id, number), name))
        for number, (is_local, name) in names.items()
    ]
    return [bounded(event) if is_local else event for is_local, event in said]


def _plain(text: str) -> str:
    """Without differences of case and form (Unicode's annex 15, chapter 3.13) or of separators."""
    return normalize("NFKC", normalize("NFKC", text).casefold()).replace("\x1f", " ")


def _is_found(row: ViolationRow, text: str, names: Names) -> bool:
    _, name = names.get(row.user_id - _member(row.guild_id, 0), (False, ""))
    return any(_plain(text) in _plain(said) for said in (row.reason, row.rule or "", name))


def _walked(database: Database, guild_id: int, wanted: ViolationFilter) -> list[ViolationRow]:
    """All pages of two, by cursor; the total says how many these are."""
    rows: list[ViolationRow] = []
    after = None
    with database.read() as connection:
        while page := list_violations(connection, guild_id, wanted, 2, after=after):
            rows += [item.row for item in page]
            after = Position(rows[-1].timestamp_ms, rows[-1].id)
        assert count_violations(connection, guild_id, wanted) == len(rows)
        whole = list_violations(connection, guild_id, wanted, 50, offset=1)
    assert [item.row for item in whole] == rows[1:]
    return rows


def _index_two(database: Database, guild_id: int) -> None:
    with database.write() as connection:
        lock_guilds(connection, [guild_id])
        index_some(connection, guild_id)


@settings(
    deadline=None,
    max_examples=examples(15),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(hits=_hits, late=_hits, names=_names, erases=st.booleans(), text=_words, limits=_limits)
def test_a_search_finds_what_in_finds(
    database: Database,
    hits: list[Hit],
    late: list[Hit],
    names: Names,
    erases: bool,
    text: str,
    limits: tuple[int, int, int],
) -> None:
    guild_id = next(_guilds)
    with ExitStack() as stack:
        for module, name, value in (
            (violation_streams, "MOST_STREAMS", limits[0]),
            (violation_streams, "MOST_GATHERED", limits[1]),
            (text_search, "MOST_NAMED", limits[2]),
            (text_index, "AT_ONCE", 2),
        ):
            stack.enter_context(patch.object(module, name, value))
        ingest_events(database, _events(guild_id, hits), NOW_MS)
        _index_two(database, guild_id)
        ingest_events(database, _events(guild_id, late), NOW_MS)
        ingest_events(database, _names_said(guild_id, names), NOW_MS)
        _index_two(database, guild_id)
        if erases:
            with database.write() as connection:
                lock_guilds(connection, [guild_id])
                erase_member(connection, guild_id, _member(guild_id, 1), -guild_id)
        rows = _walked(database, guild_id, ViolationFilter())
        second = _member(guild_id, 2)
        assert len(rows) == len(hits) + len(late)
        said = [row for row in rows if _is_found(row, text, names)]
        assert _walked(database, guild_id, ViolationFilter(text=text)) == said
        for wanted, expected in (
            (
                ViolationFilter(text=text, severity="high"),
                [r for r in said if r.severity == "high"],
            ),
            (ViolationFilter(text=text, user_id=second), [r for r in said if r.user_id == second]),
        ):
            assert _walked(database, guild_id, wanted) == expected
        assert verify(database, [guild_id], NOW_MS) == []
