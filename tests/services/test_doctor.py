"""`modwatch doctor`: what is wrong is said with what to do, and hides nothing else."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from adapters.database import Database
from models.work.long import note_done
from services.backups.dumps import MARK
from services.backups.keeper import CREATE
from services.container import build_parts, system_clock
from services.operations.backup_findings import backup_findings
from services.operations.doctor import examine
from services.operations.findings import Finding, Verdict
from tests.command_line import CommandHere
from tests.other_user import as_nobody_special
from tests.parts import NOW_MS, Clock, settings_for
from tests.servers.postgres import Cluster
from tests.servers.valkey import Valkey


def found(
    url: str, folder: Path, redis_url: str = "none", clock: Clock | None = None, **more: str
) -> list[Finding]:
    settings = settings_for(url, folder, redis_url, **more)
    with closing(build_parts(settings, clock or system_clock)) as parts:
        return list(examine(parts))


def words(findings: list[Finding], *verdicts: Verdict) -> str:
    return "\n".join(one.words for one in findings if one.verdict in verdicts)


def test_all_is_well_but_for_who_works(database_url: str, valkey: Valkey, tmp_path: Path) -> None:
    findings = found(database_url, tmp_path, valkey.url)
    wrong = {one.words for one in findings if one.verdict is Verdict.WRONG}
    assert wrong == {"no worker is alive", "beat does nothing"}
    assert all(one.remedy for one in findings if one.verdict is not Verdict.WELL)
    well = words(findings, Verdict.WELL)
    assert "its schema is this release's" in well
    assert "the clock of Redis" in well
    assert "Valkey" in well


def test_backups_that_another_user_makes(postgres_url: str, tmp_path: Path) -> None:
    config = tmp_path / "pgbackrest.conf"
    config.touch(mode=0o000)
    settings = settings_for(postgres_url, tmp_path, BACKUP_PGBACKREST=str(config))
    with closing(build_parts(settings, system_clock)) as parts, as_nobody_special():
        (finding,) = backup_findings(parts)
    assert finding.verdict is Verdict.WELL
    assert "another user makes them" in finding.words


def test_backups_that_are_made_no_more(sqlite_url: str, tmp_path: Path) -> None:
    folder, clock = tmp_path / "backups", Clock()
    with closing(Database(sqlite_url)) as database, database.write() as connection:
        note_done(connection, CREATE, clock())
    clock.advance(3 * 3_600_000 - 1)
    assert "ended well" not in words(
        found(sqlite_url, tmp_path, clock=clock, BACKUP_DIR=str(folder)), Verdict.WRONG
    )
    clock.advance(1)
    wrong = words(found(sqlite_url, tmp_path, clock=clock, BACKUP_DIR=str(folder)), Verdict.WRONG)
    assert "the last that ended well is of 2026-03-18T10:20:05" in wrong


def test_a_folder_that_cannot_be_looked_at_hides_nothing_else(
    sqlite_url: str, tmp_path: Path
) -> None:
    """As where a disk is mounted no more, or its folder is somebody else's."""
    findings = found(sqlite_url, tmp_path, BACKUP_DIR=f"/{'x' * 300}")
    assert "File name too long" in words(findings, Verdict.WRONG)
    assert {"versions", "database", "backups"} <= {one.subject for one in findings}


def test_a_redis_that_may_throw_tasks_away(sqlite_url: str, valkey: Valkey, tmp_path: Path) -> None:
    with valkey.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            findings = found(sqlite_url, tmp_path, valkey.url)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert "may throw tasks away when it is full (allkeys-lru)" in words(findings, Verdict.WRONG)


def test_a_clock_that_is_wrong(postgres_url: str, valkey: Valkey, tmp_path: Path) -> None:
    behind = Clock(system_clock() - 60_000)
    wrong = words(found(postgres_url, tmp_path, valkey.url, behind), Verdict.WRONG)
    assert "the clock of Redis is" in wrong
    assert "the clock of PostgreSQL is" in wrong
    assert "s ahead" in wrong


def test_what_is_away_hides_nothing_else(valkey: Valkey, tmp_path: Path) -> None:
    away = "postgresql://modwatch@127.0.0.1:1/modwatch"
    valkey.stop()
    findings = found(away, tmp_path, valkey.url, LOG_LEVL="debug")
    valkey.start()
    subjects = {one.subject for one in findings if one.verdict is Verdict.WRONG}
    assert {"database", "redis", "settings", "tasks"} <= subjects
    assert "did you mean MODWATCH_LOG_LEVEL?" in words(findings, Verdict.WRONG)
    assert "GB free" in words(findings, Verdict.WELL)


def test_missing_rights_are_named(postgres: Cluster, postgres_url: str, tmp_path: Path) -> None:
    with closing(Database(postgres_url, 1)) as database, database.write() as connection:
        connection.execute(text("CREATE ROLE poor LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO poor"))
    try:
        findings = found(postgres_url.replace("modwatch@", "poor@"), tmp_path)
        assert "tables cannot be read and written" in words(findings, Verdict.WRONG)
        assert "may not create tables" in words(findings, Verdict.ADVICE)
    finally:
        with closing(Database(postgres_url, 1)) as database, database.write() as connection:
            connection.execute(text("DROP OWNED BY poor"))
            connection.execute(text("DROP ROLE poor"))


def test_dumps_that_others_make_are_backups_too(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / MARK).touch()
    for age_seconds, verdict in ((60, Verdict.WELL), (4 * 86_400, Verdict.WRONG)):
        at_seconds = NOW_MS // 1000 - age_seconds
        os.utime(tmp_path / MARK, (at_seconds, at_seconds))
        looked = found(sqlite_url, tmp_path, clock=Clock())
        findings = [one for one in looked if one.subject == "backups"]
        assert [one.verdict for one in findings] == [verdict]


def test_backups_beside_the_data(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    findings = found(sqlite_url, tmp_path, BACKUP_DIR=str(tmp_path / "backups"))
    advice = words(findings, Verdict.ADVICE)
    assert "on the disk of the data" in advice
    assert "none was made yet" in advice


def test_the_command(sqlite_url: str, tmp_path: Path) -> None:
    line = CommandHere(sqlite_url, tmp_path)
    done = line.run("doctor")
    assert (done.returncode, "WRONG" in done.stdout) == (0, False)
    line.environment["MODWATCH_LOG_LEVL"] = "debug"
    done = line.run("doctor")
    assert (done.returncode, "WRONG" in done.stdout) == (1, True)
