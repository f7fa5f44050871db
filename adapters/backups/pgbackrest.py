"""PostgreSQL by pgBackRest, which has a file of settings of its own (docs/backups.md).

Modwatch runs it where the server's data is, or where pgBackRest is told how to reach that.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from domain.backups import Backup, BackupError
from domain.windows import DAY_MS

START_SECONDS = 600.0
_BINARIES = ("/usr/lib/postgresql", "/usr/pgsql", "/usr/local/pgsql")


@dataclass(frozen=True, slots=True)
class PgBackRest:
    """`user`: who the programs run as; the server's own, where we are root."""

    url: str
    config: Path
    stanza: str
    user: str | None = None
    every_ms: int = DAY_MS

    def create(self, now_ms: int) -> Backup:
        """A full one; older ones expire as pgBackRest's settings say."""
        self._run("backup", "--type=full", "--start-fast")
        return self.listed()[-1]

    def listed(self) -> list[Backup]:
        said: list[dict[str, Any]] = json.loads(self._run("info", "--output=json") or "[]")
        every = [one for stanza in said for one in stanza.get("backup", ())]
        made = [
            Backup(one["label"], one["timestamp"]["stop"] * 1000, one["info"]["size"])
            for one in every
            if not one.get("error")
        ]
        return sorted(made, key=lambda backup: backup.at_ms)

    def verify(self, name: str | None) -> list[str]:
        """It reads every file of every backup and of the archive, whichever is named."""
        said = self._run("verify", "--output=text", "--verbose")
        return [line.strip() for line in said.splitlines() if _is_fault(line)]

    @contextmanager
    def beside(self, folder: Path) -> Iterator[str]:
        if not self.listed():
            raise BackupError(f"there is no backup of stanza {self.stanza}")
        data, user = folder / "data", self.user
        data.mkdir(mode=0o700)
        if user:
            for path in (folder, data):
                shutil.chown(path, user)
        # As of the end of the backup: what came since is for a restore, and would take its time.
        self._run("restore", f"--pg1-path={data}", "--type=immediate", "--target-action=promote",
                  "--archive-mode=off")  # fmt: skip
        with _server(data, folder, user) as server:
            address = make_url(self.url)
            place = address.set(host=None, port=None, password=None, query={"host": str(folder)})
            _wait_until_ready(place.render_as_string(hide_password=False), server, folder / "log")
            yield place.render_as_string(hide_password=False)

    def put_back(self, target: str | None) -> None:
        """In the place of the server's data, to `target` (as PostgreSQL writes times) or the last.

        The server has to be stopped; pgBackRest refuses otherwise.
        """
        when = ["--type=time", f"--target={target}"] if target else ["--type=default"]
        promote = ["--target-action=promote"] if target else []
        self._run("restore", "--delta", *when, *promote)

    def _run(self, command: str, *options: str) -> str:
        name = ["pgbackrest", f"--config={self.config}", f"--stanza={self.stanza}"]
        try:
            done = subprocess.run(
                [*name, "--log-level-console=off", "--log-level-stderr=error", *options, command],
                user=self.user,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise BackupError(f"pgbackrest cannot be started: {error}") from None
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines() or ["without a word"]
            raise BackupError(f"pgbackrest {command} failed: {said[0]}")
        return done.stdout


def _is_fault(line: str) -> bool:
    """`status: error`, and counts of faults such as `checksum invalid: 1` that are not 0."""
    name, _, value = line.strip().rpartition(":")
    is_count = any(word in name for word in ("invalid", "missing", "other"))
    return (is_count and value.strip() != "0") or line.strip() == "status: error"


@contextmanager
def _server(data: Path, folder: Path, user: str | None) -> Iterator[subprocess.Popen[bytes]]:
    """A server of what was put back, on a socket in `folder` alone."""
    binary = _postgres(data)
    own = ("-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "ssl=off")
    quiet = ("-c", "archive_mode=off", "-c", "logging_collector=off", "-c", "hot_standby=on")
    (data / "pg_hba.conf").write_text("local all all trust\n")
    plain = ("-c", f"hba_file={data}/pg_hba.conf", "-c", f"data_directory={data}")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binary), "-D", str(data), *own, *quiet, *plain],
            user=user, cwd="/", stdout=log, stderr=log, process_group=0,
        )  # fmt: skip
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def _postgres(data: Path) -> Path:
    """The server program of the data's own version."""
    version = (data / "PG_VERSION").read_text().strip()
    places = [Path(root) / version / "bin" / "postgres" for root in _BINARIES]
    places += [Path(path) / "postgres" for path in os.environ.get("PATH", "").split(os.pathsep)]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise BackupError(f"the program of PostgreSQL {version} is not on this machine")
    return found


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Raises BackupError at once where the server ends, as it does over a log that is damaged."""
    deadline_seconds = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                found = connection.execute("SELECT pg_is_in_recovery()").fetchone()
                if found == (False,):
                    return
        except psycopg.OperationalError as error:
            if server.poll() is not None:
                raise BackupError(f"what was put back does not start: {last_words(log)}") from None
            if time.monotonic() >= deadline_seconds:
                raise BackupError(f"what was put back does not start: {error}") from None
        time.sleep(0.1)


def last_words(log: Path) -> str:
    """Why a server ended. What it told those who knocked meanwhile, us among them, is no reason."""
    said = log.read_text(errors="replace").splitlines()
    fatal = [line.partition("FATAL:")[2].strip() for line in said if "FATAL:" in line]
    reasons = [line for line in fatal if not line.startswith("the database system is ")]
    return (reasons or fatal or said or ["without a word"])[-1]


def owner_of(config: Path, stanza: str) -> str | None:
    """Who has the server's data: as root its programs run as that user; else as ourselves."""
    if os.geteuid() != 0:
        return None
    found = ConfigParser(interpolation=None)
    try:
        found.read(config)
        return Path(found[stanza]["pg1-path"]).owner()
    except (OSError, KeyError, ConfigError):
        return None  # pgBackRest says it better
