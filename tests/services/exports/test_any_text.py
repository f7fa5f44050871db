"""Any text: both databases write the same bytes, and what is read back is what went in."""

from __future__ import annotations

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.database import Database
from domain.exports import ExportFormat, ExportMode
from services.exports.views.violations import rows
from tests.parts import NOW_MS, examples
from tests.services.exports.parts import HOSTILE, exported, hostile_events, ingest, wish
from tests.services.exports.read_back import expected, read_back

_guilds = count(10**16)
_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff")
_pieces = st.sampled_from([*HOSTILE, *',;"\r\n\t=+-@＝−\\{}', "\r\n", '",', ";=", "\u200b", "'="])
TEXTS = st.one_of(st.text(_characters, max_size=12), st.lists(_pieces, max_size=6).map("".join))
WAYS = (
    (ExportFormat.CSV, ExportMode.RAW),
    (ExportFormat.CSV, ExportMode.SPREADSHEET),
    (ExportFormat.NDJSON, ExportMode.RAW),
)


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(texts=st.lists(TEXTS, min_size=1, max_size=25))
def test_any_text(both: tuple[Database, Database], texts: list[str]) -> None:
    guild_id = next(_guilds)
    events = hostile_events(guild_id, texts)
    for database in both:
        ingest(database, events, NOW_MS)
    with both[0].read() as connection:
        said = list(rows(connection, wish(guild_id=guild_id)))
    for format, mode in WAYS:
        wished = wish(format=format, mode=mode, guild_id=guild_id)
        data, other = (exported(database, wished)[0] for database in both)
        assert data == other
        assert read_back(wished, data) == expected(wished, said)
    workbook = wish(format=ExportFormat.XLSX, guild_id=guild_id)
    data, _ = exported(both[0], workbook)
    assert read_back(workbook, data) == expected(workbook, said)
