"""PostgreSQL by pgBackRest: back to a second, rehearsed beside the running server, damage found."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from sqlalchemy import text

from adapters.backups.pgbackrest import PgBackRest, owner_of
from domain.backups import BackupError
from schemas.events.structs import decode_event
from services.backups.keeper import backups
from services.backups.rehearsing import rehearse
from services.backups.restoring import renew
from services.container import Parts, system_clock
from services.ingest.store import ingest_events
from services.operations.rollups import verify
from tests.parts import Web, make_web, settings_for, until, violation
from tests.servers.postgres import Cluster
from tests.servers.scratch import scratch_folder

# As docs/backups.md has it; only places and cipher key are the test's.
CONFIG = """
[global]
repo1-path={folder}/repo
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=0123456789012345678901234567890123456789
repo1-retention-full-type=time
repo1-retention-full=30
repo1-retention-archive-type=full
repo1-retention-archive=7
log-path={folder}/log-of-backups
lock-path={folder}/lock
spool-path={folder}/spool
start-fast=y
compress-type=zst

[modwatch]
pg1-path={data}
pg1-socket-path={socket}
pg1-user=modwatch
"""


class Place:
    """A server whose WAL is archived, and the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "pgbackrest.conf"
        data = folder / "data"
        values = {"folder": folder, "data": data, "socket": folder}
        self.config.write_text(CONFIG.format(**values))
        command = f"pgbackrest --config={self.config} --stanza=modwatch archive-push %p"
        archive = ("wal_level=replica", "archive_mode=on", f"archive_command={command}")
        self.cluster = Cluster(folder, settings=("fsync=off", "max_connections=60", *archive))
        # Kept like the repository: `stop` ends it in order, so that its last WAL is archived.
        self.user = "nobody" if os.geteuid() == 0 else None
        for name in ("repo", "log-of-backups", "lock", "spool"):
            (folder / name).mkdir()
            if self.user:
                os.chown(folder / name, pwd.getpwnam(self.user).pw_uid, -1)

    def run(self, command: str, *options: str) -> bytes:
        program = ["pgbackrest", f"--config={self.config}", "--stanza=modwatch", *options, command]
        done = subprocess.run(program, user=self.user, cwd="/", check=True, capture_output=True)
        return done.stdout


@pytest.fixture
def place() -> Iterator[Place]:
    if shutil.which("pgbackrest") is None:
        pytest.skip("pgbackrest is missing")
    with scratch_folder("pgbackrest") as folder:
        made = Place(folder)
        try:
            made.cluster.start()
            made.run("stanza-create")
            yield made
        finally:
            made.cluster.stop()


@pytest.fixture
def web(place: Place, tmp_path: Path) -> Iterator[Web]:
    made = make_web(
        settings_for(place.cluster.url("migrated"), tmp_path, BACKUP_PGBACKREST=str(place.config))
    )
    made.clock.now_ms = system_clock()
    yield made
    made.parts.close()


def bring(parts: Parts, guild_id: int) -> None:
    events = [decode_event(orjson.dumps(violation(guild_id, parts.clock()))) for _ in range(3)]
    assert ingest_events(parts.database, events, parts.clock()).accepted == 3


def guilds(parts: Parts) -> set[int]:
    with parts.database.read() as connection:
        return set(connection.scalars(text("SELECT DISTINCT guild_id FROM violations")))


def test_back_to_the_second_before(place: Place, web: Web) -> None:
    parts, kept = web.parts, backups(web.parts.settings)
    assert isinstance(kept, PgBackRest)
    assert kept.user == owner_of(place.config, "modwatch") == place.user
    bring(parts, 1)
    made = kept.create(parts.clock())
    assert [one.name for one in kept.listed()] == [made.name]
    assert made.size_bytes > 0
    bring(parts, 2)
    # It knows its backups by the second.
    until(lambda: system_clock() > made.at_ms + 1_000, 60, "a second after the backup")
    with parts.database.read() as connection:
        before = str(connection.scalar(text("SELECT clock_timestamp()::text")))
    bring(parts, 3)
    name = parts.incarnation.name()
    assert rehearse(parts.settings, parts.clock(), place.folder).guilds == 1
    with parts.database.write() as connection:
        connection.execute(text("DROP TABLE violations"))
    with pytest.raises(BackupError, match="while PostgreSQL is running"):
        kept.put_back(before)  # the server runs
    parts.database.close()
    stop_in_order(place)
    kept.put_back(before)
    place.cluster.serve()
    wait_until_writable(place)
    # Rows of then, and none that came later.
    assert guilds(parts) == {1, 2}
    renew(parts, parts.database)
    assert parts.incarnation.reload() != name
    assert verify(parts.database, None, parts.clock()) == []
    damage(place)
    assert kept.verify(None) != []
    with pytest.raises(BackupError, match="does not start: could not locate"):
        rehearse(parts.settings, parts.clock(), place.folder)


def stop_in_order(place: Place) -> None:
    """As an operator does, so that the last of the log is archived."""
    server = place.cluster._server
    assert server is not None
    server.terminate()
    server.wait()


def wait_until_writable(place: Place) -> None:
    while True:
        with psycopg.connect(place.cluster.url("postgres").replace("+psycopg", "")) as connection:
            if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,):
                return
        time.sleep(0.05)


def damage(place: Place) -> None:
    """A byte in the middle of each segment without which the backup cannot be put back."""
    said = orjson.loads(place.run("info", "--output=json"))
    (archive,) = (one["archive"] for one in said[0]["backup"])
    for path in (place.folder / "repo" / "archive").rglob("0000*.zst"):
        if archive["start"] <= path.name[:24] <= archive["stop"]:
            body = bytearray(path.read_bytes())
            body[len(body) // 2] ^= 1
            path.write_bytes(body)
