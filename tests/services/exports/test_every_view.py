"""Every view in every format, of a server with something of everything and of one with nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy
from uuid import UUID

import pytest
from sqlalchemy import select

from adapters.database import Database
from domain.exports import TIMELESS, ExportFormat, ExportMode, ExportType
from models import Base
from models.audit_log import add_audit_entry
from schemas.events.structs import Event
from services.audit.log import audit_page
from services.exports.views.every import VIEWS
from services.members.warnings import warnings_page
from services.snapshots.materialise import materialise_dirty
from tests.parts import GUILD, NOW_MS, OTHER_GUILD
from tests.servers.postgres import Cluster
from tests.servers.postgres_pool import Pool
from tests.services import stored
from tests.services.events import one_of_each
from tests.services.exports.parts import HOSTILE, exported, hostile_events, ingest, wish
from tests.services.exports.read_back import expected, read_back

Both = tuple[Database, Database]
WAYS = (
    (ExportFormat.CSV, ExportMode.RAW),
    (ExportFormat.CSV, ExportMode.SPREADSHEET),
    (ExportFormat.NDJSON, ExportMode.RAW),
    (ExportFormat.JSON, ExportMode.RAW),
    (ExportFormat.XLSX, ExportMode.SPREADSHEET),
)
END_MS = 253_402_300_799_999  # of the year 9999
# Ours are JSON; those that were imported are whatever an earlier bot wrote.
DETAILS = (
    '{"before": {"a": "=1"}, "after": null}',
    "[1, 2]",
    "=cmd()",
    "",
    "\r",
    "12345678901234567890",
    '{"user_id": 175928847299117063}',
    *("[" * levels + "]" * levels for levels in (100, 254, 1_000, 9_000)),
)


@pytest.fixture(scope="module")
def full(
    migrated_sqlite_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: Cluster,
    postgres_pool: Pool,
) -> Iterator[Both]:
    """The same for all, which only read; that they do is looked at in the end."""
    file = copy(migrated_sqlite_file, tmp_path_factory.mktemp("full") / "modwatch.db")
    name, made = postgres_pool.take(), [*hostile_events(), *one_of_each(GUILD, NOW_MS)]
    with (
        closing(Database(f"sqlite:///{file}")) as quick,
        closing(Database(postgres.url(name))) as other,
    ):
        both = quick, other
        for database in both:
            fill(database, made)
        before = [all_of(database) for database in both]
        yield both
        assert [all_of(database) for database in both] == before
    postgres_pool.give_back(name)


def fill(database: Database, made: list[Event]) -> None:
    ingest(database, made)
    with database.write() as connection:
        for number, details in enumerate((*DETAILS, *HOSTILE)):
            user_id = None if number % 3 else 9_007_199_254_740_993
            at_ms, id = NOW_MS - number // 4, UUID(int=number * 31 % 101)
            add_audit_entry(connection, GUILD, id, user_id, "rules.update", details, at_ms)
    materialise_dirty(database, stored.no_cache(), lambda: NOW_MS)


def all_of(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:
        return {
            name: sorted(map(str, connection.execute(select(table))))
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.parametrize("one", ExportType)
def test_what_is_read_back(full: Both, one: ExportType) -> None:
    for guild_id in (GUILD, OTHER_GUILD):
        for format, mode in WAYS:
            wished = wish(one, format, mode, guild_id=guild_id)
            (data, made), (other, _) = (exported(database, wished) for database in full)
            assert data == other
            with full[0].read() as connection:
                rows = list(VIEWS[one].rows(connection, wished))
                assert VIEWS[one].count(connection, wished) == len(rows) == made.rows
            assert read_back(wished, data) == expected(wished, rows)
            assert bool(rows) or guild_id == OTHER_GUILD


def test_lists_are_the_apis(full: Both) -> None:
    database = full[1]
    page = audit_page(database, GUILD, limit=200).entries
    data, _ = exported(database, wish(ExportType.AUDIT_LOG, ExportFormat.NDJSON))
    found = [json.loads(line) for line in data.splitlines()]
    assert found == [{name: getattr(entry, name) for name in found[0]} for entry in page]
    warned = warnings_page(database, GUILD, limit=200).warnings
    data, _ = exported(database, wish(ExportType.WARNINGS, ExportFormat.NDJSON))
    found = [json.loads(line) for line in data.splitlines()]
    assert found == [{name: getattr(one, name) for name in found[0]} for one in warned]


def test_json_says_what_it_is(full: Both) -> None:
    data, made = exported(full[0], wish(format=ExportFormat.JSON, filters={"q": "sum"}))
    said = json.loads(data)["meta"]
    assert (said["export_type"], said["guild_id"], said["rows"]) == ("violations", "700", made.rows)
    assert said["as_of"] == "2026-03-18T10:20:05.250Z"
    assert (said["period"], said["since"], said["filters"]) == (None, None, {"q": "sum"})
    assert said["columns"][0] == {"name": "id", "type": "id"}


@pytest.mark.parametrize(
    ("one", "filters", "count"),
    [
        (ExportType.WARNINGS, {"level": "2"}, 1),
        (ExportType.WARNINGS, {"level": "3"}, 0),
        (ExportType.WARNINGS, {"search": "nobody"}, 0),
        (ExportType.AUDIT_LOG, {"action": "rules.update"}, len(DETAILS) + len(HOSTILE)),
        (ExportType.AUDIT_LOG, {"action": "other"}, 0),
        (ExportType.AUDIT_LOG, {"user_id": "5"}, 0),
    ],
)
def test_lists_are_filtered(
    full: Both, one: ExportType, filters: dict[str, str], count: int
) -> None:
    assert exported(full[0], wish(one, filters=filters))[1].rows == count


def test_the_audit_log_between_two_moments(full: Both) -> None:
    between = wish(ExportType.AUDIT_LOG, from_ms=NOW_MS - 2, to_ms=NOW_MS)
    assert exported(full[0], between)[1].rows == 8


@pytest.mark.parametrize("one", ExportType)
@pytest.mark.parametrize("ends", [(-62_135_596_800_000, -62_135_510_400_000), (END_MS - 1, END_MS)])
def test_a_time_at_either_end_of_the_calendar(
    full: Both, one: ExportType, ends: tuple[int, int]
) -> None:
    """Whose zone is another than UTC has it beyond the end, where no clock tells an hour."""
    if one in TIMELESS:
        return
    wished = wish(one, from_ms=ends[0], to_ms=ends[1])
    data, other = (exported(database, wished)[0] for database in full)
    assert data == other
