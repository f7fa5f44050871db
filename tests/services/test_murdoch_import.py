"""`import murdoch` on both databases: what comes over, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.database import Database
from adapters.murdoch_file import MurdochFileError, open_murdoch_file
from domain.clock import parse_rfc3339
from services.importers.murdoch.run import TABLES, Table, import_murdoch
from tests.services import murdoch_files as files
from tests.services import stored
from tests.services.murdoch_files import GUILD, NOW_MS, OTHER_GUILD, OTHER_USER, USER
from tests.services.murdoch_runs import brought_over, of_table, row_of


def test_every_table_comes_over(database: Database, tmp_path: Path) -> None:
    report = brought_over(database, files.tidy(tmp_path / "tidy.db"))
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
    violation = row_of(database, "violations")
    assert violation["id"] == files.FIRST
    assert violation["timestamp_ms"] == parse_rfc3339("2026-01-05T09:15:30Z")
    assert (violation["action"], violation["action_taken"]) == ("timeout", "10-minute timeout")
    warning = row_of(database, "user_warnings")
    assert (warning["level"], warning["kicked_before"]) == (3, True)
    assert warning["last_violation_ms"] == parse_rfc3339("2026-01-05T09:15:30Z")
    appeal = row_of(database, "appeals")
    assert (appeal["appeal_id"], appeal["violation_id"]) == ("appeal-1", files.FIRST)
    assert (appeal["status"], appeal["resolved_by"]) == ("approved", OTHER_USER)
    assert appeal["resolved_ms"] == parse_rfc3339("2026-01-06T08:00:00Z")
    config = row_of(database, "guild_configs")
    assert (config["severity_threshold"], config["buffer_threshold"]) == (0.7, 4)
    assert (config["timezone"], config["version"]) == ("UTC", 1)
    assert row_of(database, "guild_rules")["rules"] == "Be kind."
    role = row_of(database, "role_assignments")
    assert (role["user_id"], role["role"], role["assigned_by"]) == (OTHER_USER, "moderator", USER)
    entries = [row_of(database, "audit_log", place)["user_id"] for place in (0, 1)]
    assert sorted(entries, key=str) == [OTHER_USER, None]
    assert stored.users(database, USER, USER) == [
        (USER, "ann", "ann", "0", "abc123", parse_rfc3339("2026-01-02T00:00:00Z"))
    ]


def test_nobody_is_told_that_it_happens_now(database: Database, tmp_path: Path) -> None:
    brought_over(database, files.tidy(tmp_path / "tidy.db"))
    assert stored.rows(database, "outbox", [GUILD]) == []
    assert [row[0] for row in stored.rows(database, "dirty_guilds", [GUILD])] == [GUILD]


def test_awkward_rows_are_taken_or_refused_with_the_reason(
    database: Database, tmp_path: Path
) -> None:
    path = files.awkward_violations(tmp_path / "awkward.db")
    table = of_table(brought_over(database, path), "violations")
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
    again = of_table(brought_over(database, path), "violations")
    assert (again.new, again.refusals, again.notes) == (0, table.refusals, table.notes)


def test_an_unknown_action_is_kept_in_the_bots_words(database: Database, tmp_path: Path) -> None:
    newt = files.violation(action_taken="Turned into a newt")
    brought_over(database, files.make(tmp_path / "newt.db", violations=[newt]))
    row = row_of(database, "violations")
    assert (row["action"], row["action_taken"]) == ("other", "Turned into a newt")


def test_the_id_of_an_appeal_is_that_of_its_violation(database: Database, tmp_path: Path) -> None:
    brought_over(
        database,
        files.make(
            tmp_path / "ids.db",
            violations=[files.violation(id="v-1")],
            appeals=[files.appeal(violation_id="v-1")],
        ),
    )
    assert row_of(database, "appeals")["violation_id"] == row_of(database, "violations")["id"]


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
    table = of_table(brought_over(database, path), "metrics_hourly")
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
    assert of_table(brought_over(database, path), "metrics_hourly").new == 0


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
        report = brought_over(database, path)
        assert sorted(report.missing) == sorted(set(whole) - {table.name})
        needed = column in NEEDED
        if column == "user_id" and table.name in USER_IS_OPTIONAL:
            needed = False
        found = of_table(report, table.name)
        assert (found.read, found.new, found.refused) == (1, not needed, needed), column
    database.close()


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
