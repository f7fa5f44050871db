"""`import murdoch` on both databases: what comes over, what does not, and that twice is once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.database import Database
from adapters.murdoch_file import MurdochFileError, open_murdoch_file
from domain.clock import parse_rfc3339
from models.guild_settings import delete_role, save_config, save_rules
from schemas.event import Snowflake, TimestampMs, ViolationEvent
from services.ingest import ingest_events
from services.murdoch_import import TABLES, Table, import_murdoch
from services.murdoch_report import ImportReport, TableReport
from services.rollup_check import verify
from tests.services import murdoch_files as files
from tests.services import stored
from tests.services.murdoch_files import GUILD, NOW_MS, OTHER_GUILD, OTHER_USER, USER

EVERYTHING = (
    *stored.STATE,
    *stored.ROLLUPS,
    "violation_counts",
    "guild_configs",
    "guild_rules",
    "role_assignments",
    "audit_log",
)


def _import(database: Database, path: Path, now_ms: int = NOW_MS) -> ImportReport:
    with open_murdoch_file(path) as file:
        report = import_murdoch(database, file, now_ms, lambda rows: None)
    for table in report.tables:
        assert table.read == table.new + table.known + table.refused
    assert verify(database, None, now_ms) == []
    return report


def _of(report: ImportReport, name: str) -> TableReport:
    return next(table for table in report.tables if table.table == name)


def _everything(database: Database) -> Any:
    return (
        stored.all_rows(database, EVERYTHING, [GUILD, OTHER_GUILD]),
        stored.users(database, 1, 10_000),
    )


def _row(database: Database, table: str, place: int = 0) -> dict[str, Any]:
    row = stored.rows(database, table, [GUILD, OTHER_GUILD])[place]
    return dict(zip(stored.table(table).c.keys(), row, strict=True))


def test_every_table_comes_over(database: Database, tmp_path: Path) -> None:
    report = _import(database, files.tidy(tmp_path / "tidy.db"))
    assert {table.table: table.new for table in report.tables} == {
        "user_cache": 1,
        "violations": 2,
        "metrics_hourly": 2,
        "user_warnings": 1,
        "appeals": 1,
        "server_config": 1,
        "server_rules": 1,
        "role_assignments": 1,
        "audit_log": 2,
    }
    assert report.missing == []
    violation = _row(database, "violations")
    assert violation["id"] == files.FIRST
    assert violation["timestamp_ms"] == parse_rfc3339("2026-01-05T09:15:30Z")
    assert (violation["action"], violation["action_taken"]) == ("timeout", "10-minute timeout")
    warning = _row(database, "user_warnings")
    assert (warning["level"], warning["kicked_before"]) == (3, True)
    assert warning["last_violation_ms"] == parse_rfc3339("2026-01-05T09:15:30Z")
    appeal = _row(database, "appeals")
    assert (appeal["appeal_id"], appeal["violation_id"]) == ("appeal-1", files.FIRST)
    assert (appeal["status"], appeal["resolved_by"]) == ("approved", OTHER_USER)
    assert appeal["resolved_ms"] == parse_rfc3339("2026-01-06T08:00:00Z")
    config = _row(database, "guild_configs")
    assert (config["severity_threshold"], config["buffer_threshold"]) == (0.7, 4)
    assert (config["timezone"], config["version"]) == ("UTC", 1)
    assert _row(database, "guild_rules")["rules"] == "Be kind."
    role = _row(database, "role_assignments")
    assert (role["user_id"], role["role"], role["assigned_by"]) == (OTHER_USER, "moderator", USER)
    entries = [_row(database, "audit_log", place)["user_id"] for place in (0, 1)]
    assert sorted(entries, key=str) == [OTHER_USER, None]
    assert stored.users(database, USER, USER) == [
        (USER, "ann", "0", "abc123", parse_rfc3339("2026-01-02T00:00:00Z"))
    ]


def test_twice_is_once(database: Database, tmp_path: Path) -> None:
    path = files.tidy(tmp_path / "tidy.db")
    first = _import(database, path)
    once = _everything(database)
    second = _import(database, path, NOW_MS + 86_400_000)
    assert _everything(database) == once
    for before, after in zip(first.tables, second.tables, strict=True):
        assert (after.new, after.known) == (0, before.new + before.known)


def test_nobody_is_told_that_it_happens_now(database: Database, tmp_path: Path) -> None:
    _import(database, files.tidy(tmp_path / "tidy.db"))
    assert stored.rows(database, "outbox", [GUILD]) == []
    assert [row[0] for row in stored.rows(database, "dirty_guilds", [GUILD])] == [GUILD]


def test_awkward_rows_are_taken_or_refused_with_the_reason(
    database: Database, tmp_path: Path
) -> None:
    path = files.awkward_violations(tmp_path / "awkward.db")
    table = _of(_import(database, path), "violations")
    assert {reason: found.rows for reason, found in table.refusals.items()} == {
        reason: len(rows) for reason, rows in files.REFUSED_VIOLATIONS.items()
    }
    # The repeated id, and the row without an id that says what another one says.
    assert table.known == 2
    reasons = {row[6] for row in stored.rows(database, "violations", [GUILD])}
    assert "x" * 999 + "…" in reasons
    assert {"caf\ufffd \ufffd\ufffd", "nulnul", "(no reason given)", "\U0001f389" * 1000} <= reasons
    ids = [row[1] for row in stored.rows(database, "violations", [OTHER_GUILD])]
    assert files.FIRST in ids
    again = _of(_import(database, path), "violations")
    assert (again.new, again.refusals, again.notes) == (0, table.refusals, table.notes)


def test_an_unknown_action_is_kept_in_the_bots_words(database: Database, tmp_path: Path) -> None:
    newt = files.violation(action_taken="Turned into a newt")
    _import(database, files.make(tmp_path / "newt.db", violations=[newt]))
    row = _row(database, "violations")
    assert (row["action"], row["action_taken"]) == ("other", "Turned into a newt")


def test_the_id_of_an_appeal_is_that_of_its_violation(database: Database, tmp_path: Path) -> None:
    _import(
        database,
        files.make(
            tmp_path / "ids.db",
            violations=[files.violation(id="v-1")],
            appeals=[files.appeal(violation_id="v-1")],
        ),
    )
    assert _row(database, "appeals")["violation_id"] == _row(database, "violations")["id"]


def test_hourly_counts_stand_in_only_where_rows_are_gone(
    database: Database, tmp_path: Path
) -> None:
    path = files.make(
        tmp_path / "metrics.db",
        violations=[files.violation()],
        metrics_hourly=[
            files.metrics(),  # has a row: one violation, not five
            files.metrics(id=2, hour="2026-01-04T20:00:00Z"),
            files.metrics(id=3, guild_id=OTHER_GUILD, high_severity=9, messages_processed=0),
            files.metrics(id=4, hour="2026-01-03 07:00:00", ai_violations=-1),
            files.metrics(id=5, hour="2026-01-03 08:00:00", avg_response_time_ms="fast"),
        ],
    )
    table = _of(_import(database, path), "metrics_hourly")
    assert (table.new, table.refused) == (4, 1)
    hours = stored.table("rollup_hours").c.keys()
    counted = {}
    for row in stored.rows(database, "rollup_hours", [GUILD, OTHER_GUILD]):
        hour = dict(zip(hours, row, strict=True))
        key = hour["guild_id"], hour["epoch_hour"] % 24
        counted[key] = (hour["messages"], hour["violations"], hour["regex"], hour["high"])
        if key == (GUILD, 20):
            assert hour["response_time_ms_sum"] / hour["response_time_count"] == 41.5
    assert counted == {
        (GUILD, 9): (120, 1, 1, 1),
        (GUILD, 20): (120, 5, 2, 1),
        (GUILD, 8): (120, 5, 2, 1),
        (OTHER_GUILD, 9): (0, 13, 2, 9),
    }
    assert stored.rows(database, "offender_totals", [OTHER_GUILD]) == []
    assert _of(_import(database, path), "metrics_hourly").new == 0


def test_what_was_changed_here_later_stays(database: Database, tmp_path: Path) -> None:
    path = files.tidy(tmp_path / "tidy.db")
    _import(database, path)
    with database.write() as connection:
        save_rules(connection, GUILD, "Be kinder.", NOW_MS, USER)
        delete_role(connection, GUILD, OTHER_USER)
        save_config(
            connection,
            GUILD,
            NOW_MS,
            severity_threshold=0.1,
            buffer_timeout_secs=5,
            buffer_threshold=5,
            mod_role_id=None,
            timezone="Asia/Tokyo",
            version=2,
        )
        for name in ("user_warnings", "violations"):
            table = stored.table(name)
            connection.execute(table.delete().where(table.c.guild_id == GUILD))
    changed = stored.all_rows(database, EVERYTHING, [GUILD])
    with open_murdoch_file(path) as file:
        assert import_murdoch(database, file, NOW_MS, lambda rows: None).new == 0
    assert stored.all_rows(database, EVERYTHING, [GUILD]) == changed


def test_what_was_decided_here_before_the_first_import_stays(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as connection:
        save_rules(connection, GUILD, "Ours.", NOW_MS, USER)
    report = _import(database, files.tidy(tmp_path / "tidy.db"))
    assert (_of(report, "server_rules").new, _of(report, "server_rules").known) == (0, 1)
    assert _row(database, "guild_rules")["rules"] == "Ours."


def test_a_later_copy_of_the_file_brings_what_is_new_in_it(
    database: Database, tmp_path: Path
) -> None:
    _import(database, files.tidy(tmp_path / "january.db"))
    later = files.make(
        tmp_path / "march.db",
        violations=[files.violation(), files.violation(id="new", timestamp="2026-03-01 00:00:00")],
        user_warnings=[files.warning(level=5, last_violation="2026-03-01 00:00:00")],
        server_rules=[files.rules(rules_text="Be very kind.", updated_at="2026-03-01 00:00:00")],
        server_config=[files.config(severity_threshold=0.9, updated_at="2026-03-01 00:00:00")],
    )
    report = _import(database, later)
    assert {table.table: table.new for table in report.tables if table.read} == {
        "violations": 1,
        "user_warnings": 1,
        "server_rules": 1,
        "server_config": 1,
    }
    assert _row(database, "user_warnings")["level"] == 5
    assert _row(database, "guild_rules")["rules"] == "Be very kind."
    config = _row(database, "guild_configs")
    assert (config["severity_threshold"], config["version"]) == (0.9, 2)


# Without these a row means nothing; in these two tables a row means something without its user.
NEEDED = {
    *("guild_id", "user_id", "timestamp", "hour", "violation_id", "status", "role"),
    *("action", "rules_text", "username"),
}
USER_IS_OPTIONAL = ("appeals", "audit_log")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_any_column_may_be_missing(sqlite_url: str, tmp_path: Path, table: Table) -> None:
    whole = {
        "violations": files.violation(),
        "user_warnings": files.warning(),
        "appeals": files.appeal(),
        "metrics_hourly": files.metrics(),
        "server_config": files.config(),
        "server_rules": files.rules(),
        "audit_log": files.audit(),
        "user_cache": files.user(),
        "role_assignments": files.role(),
    }
    database = Database(sqlite_url)
    for place, column in enumerate(table.columns, start=1):
        # A guild and a user of its own for each, so that none is there already.
        mine = {name: place for name in ("guild_id", "user_id") if name in table.columns}
        row = whole[table.name] | mine
        del row[column]
        path = files.make_loose(tmp_path / f"without_{column}.db", **{table.name: [row]})
        report = _import(database, path)
        assert sorted(report.missing) == sorted(set(whole) - {table.name})
        needed = column in NEEDED
        if column == "user_id" and table.name in USER_IS_OPTIONAL:
            needed = False
        found = _of(report, table.name)
        assert (found.read, found.new, found.refused) == (1, not needed, needed), column
    database.close()


def test_stopped_half_way_it_goes_on(
    database: Database, other_database: Database, tmp_path: Path
) -> None:
    many = [files.violation(id=str(UUID(int=n)), user_id=n % 50 + 1) for n in range(12_000)]
    path = files.make(tmp_path / "many.db", violations=many)

    chunks: list[int] = []

    def stop_at_second(rows: int) -> None:
        chunks.append(rows)
        if len(chunks) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), open_murdoch_file(path) as file:
        import_murdoch(database, file, NOW_MS, stop_at_second)
    table = _of(_import(database, path), "violations")
    assert (table.new, table.known) == (2_000, 10_000)
    _import(other_database, path)
    assert _everything(database) == _everything(other_database)


def test_events_sent_before_and_after_count_once(database: Database, tmp_path: Path) -> None:
    path = files.tidy(tmp_path / "tidy.db")
    with open_murdoch_file(path) as file:
        import_murdoch(database, file, NOW_MS, lambda rows: None)
    sent = _sent_violation()
    assert ingest_events(database, [sent], NOW_MS).duplicates == 1
    assert verify(database, None, NOW_MS) == []


def _sent_violation() -> ViolationEvent:
    """What a bot sends that has its earlier violations still in its queue."""
    return ViolationEvent(
        id=files.FIRST,
        guild_id=Snowflake(GUILD),
        timestamp=TimestampMs(NOW_MS),
        user_id=Snowflake(USER),
        reason="spam",
        severity="high",
        detection_type="regex",
        action_taken="",
    )


def test_a_database_of_another_kind_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    for path in (
        Path(sqlite_url.removeprefix("sqlite:///")),
        files.make_loose(tmp_path / "shop.db", customers=[{"id": 1}]),
    ):
        with pytest.raises(MurdochFileError), open_murdoch_file(path) as file:
            import_murdoch(database, file, NOW_MS, lambda rows: None)
    assert stored.rows(database, "guilds", [GUILD]) == []
    database.close()
