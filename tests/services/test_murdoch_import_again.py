"""`import murdoch` more than once: twice is once, and what was decided here meanwhile stays."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from adapters.database import Database
from adapters.murdoch_file import open_murdoch_file
from models.accounts.roles import delete_role
from models.guilds.settings import save_config, save_rules
from schemas.events.structs import Snowflake, TimestampMs, ViolationEvent
from services.importers.murdoch.run import import_murdoch
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.services import murdoch_files as files
from tests.services import stored
from tests.services.murdoch_files import GUILD, NOW_MS, OTHER_USER, USER
from tests.services.murdoch_runs import EVERYTHING, brought_over, everything, of_table, row_of


def test_twice_is_once(database: Database, tmp_path: Path) -> None:
    path = files.tidy(tmp_path / "tidy.db")
    first = brought_over(database, path)
    once = everything(database)
    second = brought_over(database, path, NOW_MS + 86_400_000)
    assert everything(database) == once
    for before, after in zip(first.tables, second.tables, strict=True):
        assert (after.new, after.known) == (0, before.new + before.known)


def test_what_was_changed_here_later_stays(database: Database, tmp_path: Path) -> None:
    path = files.tidy(tmp_path / "tidy.db")
    brought_over(database, path)
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
    report = brought_over(database, files.tidy(tmp_path / "tidy.db"))
    assert (of_table(report, "server_rules").new, of_table(report, "server_rules").known) == (0, 1)
    assert row_of(database, "guild_rules")["rules"] == "Ours."


def test_a_later_copy_of_the_file_brings_what_is_new_in_it(
    database: Database, tmp_path: Path
) -> None:
    brought_over(database, files.tidy(tmp_path / "january.db"))
    later = files.make(
        tmp_path / "march.db",
        violations=[files.violation(), files.violation(id="new", timestamp="2026-03-01 00:00:00")],
        user_warnings=[files.warning(level=5, last_violation="2026-03-01 00:00:00")],
        server_rules=[files.rules(rules_text="Be very kind.", updated_at="2026-03-01 00:00:00")],
        server_config=[files.config(severity_threshold=0.9, updated_at="2026-03-01 00:00:00")],
    )
    report = brought_over(database, later)
    assert {table.table: table.new for table in report.tables if table.read} == {
        "violations": 1,
        "user_warnings": 1,
        "server_rules": 1,
        "server_config": 1,
    }
    assert row_of(database, "user_warnings")["level"] == 5
    assert row_of(database, "guild_rules")["rules"] == "Be very kind."
    config = row_of(database, "guild_configs")
    assert (config["severity_threshold"], config["version"]) == (0.9, 2)


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
    table = of_table(brought_over(database, path), "violations")
    assert (table.new, table.known) == (2_000, 10_000)
    brought_over(other_database, path)
    assert everything(database) == everything(other_database)


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
