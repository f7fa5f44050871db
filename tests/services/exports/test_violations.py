"""The list of violations in every format: what is read back is what the API says."""

from __future__ import annotations

import gzip
from hashlib import sha256
from itertools import pairwise
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from adapters.database import Database
from domain.clock import parse_rfc3339
from domain.exports import Compression, ExportFormat, ExportMode
from domain.incident_hours import Usual
from domain.incidents import FAST_MINIMUM, IncidentHit, find_incidents
from domain.rule_key import rule_key
from models.exports import violation_lines
from models.exports.violation_cells import ViolationCells
from models.incidents.store import IncidentRow, figures_of, member_rows, save_incidents
from models.rollups.rules import rule_hash
from models.sql import copy_out
from models.violations import search, streams
from models.violations.list import ViolationFilter
from schemas.events.structs import AppealEvent, Event, Snowflake, TimestampMs
from services.exports import formats
from services.exports.sink import Sink
from services.violations.list import PageWanted, violations_page
from tests.parts import GUILD, NOW_MS
from tests.services.exports.parts import exported, hostile_events, ingest, wish
from tests.services.exports.read_back import expected, read_back

WAYS = [
    (ExportFormat.CSV, ExportMode.RAW),
    (ExportFormat.CSV, ExportMode.SPREADSHEET),
    (ExportFormat.NDJSON, ExportMode.RAW),
    (ExportFormat.JSON, ExportMode.RAW),
    (ExportFormat.XLSX, ExportMode.SPREADSHEET),
]
RULE = rule_hash('a,"b"')


def api_rows(database: Database, wanted: ViolationFilter | None = None) -> list[list[Any]]:
    page = violations_page(database, GUILD, wanted or ViolationFilter(), PageWanted(limit=200))
    names = [column.name for column in wish().columns]
    rows = [{name: getattr(one, name) for name in names} for one in page.violations]
    for row in rows:
        row["timestamp"] = parse_rfc3339(str(row["timestamp"]))
    return [list(row.values()) for row in rows]


def test_every_format_says_what_the_api_says(database: Database) -> None:
    ingest(database, hostile_events())
    hit = hostile_events()[1]
    ingest(database, [_appeal(hit.id, "a", "denied"), _appeal(hit.id, "b", "approved")])
    rows = api_rows(database)
    assert len({row[-1] for row in rows}) == 2
    for format, mode in WAYS:
        wished = wish(format=format, mode=mode)
        data, made = exported(database, wished)
        assert read_back(wished, data) == expected(wished, rows), (format, mode)
        said = (made.rows, made.size_bytes, made.sha256)
        assert said == (len(rows), len(data), sha256(data).hexdigest())


@pytest.mark.parametrize("format", [ExportFormat.JSON, ExportFormat.NDJSON])
def test_the_last_row_may_fill_the_last_piece(
    database: Database, format: ExportFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL says only with the next one that there is none."""
    monkeypatch.setattr(copy_out, "PIECE_BYTES", 1)
    ingest(database, hostile_events())
    wished = wish(format=format)
    data, _ = exported(database, wished)
    assert read_back(wished, data) == expected(wished, api_rows(database))


def _appeal(violation_id: UUID, appeal_id: str, status: Literal["approved", "denied"]) -> Event:
    return AppealEvent(
        id=uuid4(),
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        appeal_id=appeal_id,
        violation_id=violation_id,
        status=status,
    )


@pytest.mark.parametrize(
    ("filters", "between", "wanted"),
    [
        ({"q": "sum(a"}, {}, ViolationFilter(text="sum(a")),
        ({"severity": "high"}, {}, ViolationFilter(severity="high")),
        ({"rule": 'a,"b"', "action": "other"}, {}, ViolationFilter(rule='a,"b"', action="other")),
        ({}, {"to_ms": NOW_MS - 5}, ViolationFilter(until_ms=NOW_MS - 5)),
        ({}, {"from_ms": NOW_MS - 5}, ViolationFilter(since_ms=NOW_MS - 5)),
        ({"user_id": "9007199254740995"}, {}, ViolationFilter(user_id=9_007_199_254_740_995)),
        ({"rule_hash": rule_key(RULE)}, {}, ViolationFilter(rule_hash=RULE)),
    ],
)
def test_filtered_as_the_list_is(
    database: Database, filters: dict[str, str], between: dict[str, Any], wanted: ViolationFilter
) -> None:
    ingest(database, hostile_events())
    rows = api_rows(database, wanted)
    for format in (ExportFormat.CSV, ExportFormat.XLSX):
        wished = wish(format=format, filters=filters, **between)
        data, _ = exported(database, wished)
        assert read_back(wished, data) == expected(wished, rows)


def test_those_of_a_raid_are_its_members_while_it_lasted(database: Database) -> None:
    ingest(database, hostile_events())
    every = [row for row in api_rows(database) if row[1] >= NOW_MS - 5]
    raider = every[-1][2]
    raid = store_incident(database, int(raider), [row[1] for row in every])
    rows = api_rows(database, ViolationFilter(incident_id=raid))
    assert [row[0] for row in rows] == [row[0] for row in every if row[2] == raider]
    assert 0 < len(rows) < len(api_rows(database))
    for format, mode in WAYS:
        wished = wish(format=format, mode=mode, filters={"incident": str(raid)})
        data, made = exported(database, wished)
        assert (read_back(wished, data), made.rows) == (expected(wished, rows), len(rows))


def store_incident(database: Database, user_id: int, times_ms: list[int]) -> UUID:
    """A raid of one member that lasted from the earliest of the times to the latest."""
    ends = [min(times_ms), max(times_ms)]
    hits = [
        IncidentHit(timestamp_ms=ms, user_id=user_id, rule=1, channel_id=None, action="warning")
        for ms in ends * FAST_MINIMUM
    ]
    (incident,) = find_incidents(sorted(hits, key=attrgetter("timestamp_ms")), lambda _: Usual())
    row = IncidentRow(guild_id=GUILD, id=uuid4(), found_ms=NOW_MS, **figures_of(incident))
    with database.write() as connection:
        save_incidents(connection, [(row, member_rows(incident.members))])
    return row.id


@pytest.mark.parametrize("text", ["sum(a", "%s %", '"', "x", "nowhere"])
def test_found_among_more_wordings_than_are_named(
    database: Database, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    ingest(database, hostile_events())
    rows = api_rows(database, ViolationFilter(text=text))
    monkeypatch.setattr(search, "MOST_NAMED", 0)
    monkeypatch.setattr(streams, "MOST_GATHERED", 0)
    for format, mode in WAYS:
        wished = wish(format=format, mode=mode, filters={"q": text})
        data, made = exported(database, wished)
        assert (read_back(wished, data), made.rows) == (expected(wished, rows), len(rows))


def test_many_rows_come_in_the_same_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Along the index, not sorted; and sorted after all where they came otherwise."""
    ingest(database, hostile_events())
    few = [exported(database, wish(format=format, mode=mode))[0] for format, mode in WAYS]
    monkeypatch.setattr(formats, "MOST_SORTED", 0)
    with monkeypatch.context() as patch:
        patch.delattr(Sink, "restart")  # what comes in order is read once
        for (format, mode), data in zip(WAYS, few, strict=True):
            assert exported(database, wish(format=format, mode=mode))[0] == data
    monkeypatch.setattr(violation_lines, "_descends", lambda rows, place: False)
    rows: list[int] = []
    for (format, mode), data in zip(WAYS, few, strict=True):
        again, made = exported(database, wish(format=format, mode=mode), rows.append)
        assert (again, made.rows) == (data, rows[-1])


@pytest.mark.parametrize("instead", ["timestamp_ms DESC, id", "timestamp_ms, id DESC"])
def test_rows_that_come_otherwise_are_put_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch, instead: str
) -> None:
    """Also those of one millisecond, and of one second where the file shows no more."""
    ingest(database, hostile_events())
    few = [exported(database, wish(format=format, mode=mode))[0] for format, mode in WAYS]
    query = violation_lines._query

    def otherwise(cells: ViolationCells, rows: str, selected: str) -> str:
        return query(cells, f"SELECT * FROM ({rows}) AS o ORDER BY {instead}", selected)

    monkeypatch.setattr(violation_lines, "_query", otherwise)
    monkeypatch.setattr(formats, "MOST_SORTED", 0)
    for (format, mode), data in zip(WAYS, few, strict=True):
        assert exported(database, wish(format=format, mode=mode))[0] == data


def test_who_comes_first_stands_in_the_line() -> None:
    place = violation_lines._Place(slice(2, 4), slice(1))
    descends = [b"a 19", b"c 18", b"b 18", b"z 17"]
    assert violation_lines._descends(descends, place)
    for one, other in pairwise(range(4)):
        swapped = [*descends]
        swapped[one], swapped[other] = descends[other], descends[one]
        assert not violation_lines._descends(swapped, place)


def test_gzip_holds_the_same_bytes(database: Database) -> None:
    ingest(database, hostile_events())
    plain, _ = exported(database, wish())
    packed, made = exported(database, wish(compression=Compression.GZIP))
    assert gzip.decompress(packed) == plain
    assert (made.size_bytes, made.sha256) == (len(packed), sha256(packed).hexdigest())
    assert exported(database, wish(compression=Compression.GZIP))[0] == packed
