"""PostgreSQL by pgBackRest, which has a file of settings of its own (docs/backups.md).

Modwatch runs it where the server's data is, or where pgBackRest is told how to reach that.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from adapters.backups.base import Check, nothing
from adapters.backups.program import Said, end, run_to_its_end, tied
from domain.backups import Backup, BackupError
from domain.windows import DAY_MS

START_SECONDS = 600.0
# It writes what it has in memory, and leaves nothing of that behind unless it is killed.
STOP_SECONDS = 120.0
# `info` reads a list of backups, and says nothing meanwhile.
ANSWER_SECONDS = 120.0
# `backup` and `restore` have a line for every file. pgBackRest itself takes 30 min of silence
# between its own processes for an error; longer than that, it is its repository that hangs.
SILENT_SECONDS = 3_600.0
_BINARIES = ("/usr/lib/postgresql", "/usr/pgsql", "/usr/local/pgsql")


@dataclass(frozen=True, slots=True)
class PgBackRest:
    """`user`: who the programs run as; the server's own, where we are root."""

    url: str
    config: Path
    stanza: str
    user: str | None = None
    every_ms: int = DAY_MS
    answer_seconds: float = ANSWER_SECONDS
    silent_seconds: float = SILENT_SECONDS

    def create(self, now_ms: int, check: Check = nothing) -> Backup:
        """A full one; older ones expire as pgBackRest's settings say."""
        self._run_long("backup", "--type=full", "--start-fast", check=check)
        return self.listed()[-1]

    def listed(self) -> list[Backup]:
        said: list[dict[str, Any]] = json.loads(self._answer("info", "--output=json") or "[]")
        every = [one for stanza in said for one in stanza.get("backup", ())]
        made = [
            Backup(one["label"], one["timestamp"]["stop"] * 1000, one["info"]["size"])
            for one in every
            if not one.get("error")
        ]
        return sorted(made, key=lambda backup: backup.at_ms)

    def verify(self, name: str | None) -> list[str]:
        """It reads every file of every backup and of the archive, whichever is named.

        However long that takes: it says nothing before its end, and who asked waits there.
        """
        said = self._run("verify", "error", ("--output=text", "--verbose"), math.inf, nothing)
        return [line.strip() for line in said.splitlines() if _is_fault(line)]

    @contextmanager
    def beside(self, folder: Path, check: Check = nothing) -> Iterator[str]:
        if not self.listed():
            raise BackupError(f"there is no backup of stanza {self.stanza}")
        data, user = folder / "data", self.user
        data.mkdir(mode=0o700)
        if user:
            for path in (folder, data):
                shutil.chown(path, user)
        # As of the end of the backup: what came since is for a restore, and would take its time.
        self._run_long("restore", f"--pg1-path={data}", "--type=immediate",
                       "--target-action=promote", "--archive-mode=off", check=check)  # fmt: skip
        with _server(data, folder, user) as server:
            address = make_url(self.url)
            place = address.set(host=None, port=None, password=None, query={"host": str(folder)})
            _wait_until_ready(
                place.render_as_string(hide_password=False), server, folder / "log", check
            )
            yield place.render_as_string(hide_password=False)

    def put_back(self, target: str | None) -> None:
        """In the place of the server's data, to `target` (as PostgreSQL writes times) or the last.

        The server has to be stopped; pgBackRest refuses otherwise.
        """
        when = ["--type=time", f"--target={target}"] if target else ["--type=default"]
        promote = ["--target-action=promote"] if target else []
        self._run_long("restore", "--delta", *when, *promote)

    def _answer(self, command: str, *options: str) -> str:
        """Of those that are done in a moment, unless the repository hangs."""
        return self._run(command, "error", options, self.answer_seconds, nothing)

    def _run_long(self, command: str, *options: str, check: Check = nothing) -> str:
        """Of those that take as long as there are bytes: for as long as it goes on with files."""
        return self._run(command, "detail", options, self.silent_seconds, check)

    def _run(
        self, command: str, level: str, options: Sequence[str], silent_seconds: float, check: Check
    ) -> str:
        name = ["pgbackrest", f"--config={self.config}", f"--stanza={self.stanza}"]
        logs = ["--log-level-console=off", f"--log-level-stderr={level}"]
        try:
            said = run_to_its_end(
                [*name, *logs, *options, command], self.user, silent_seconds, check
            )
        except OSError as error:
            raise BackupError(f"pgbackrest cannot be started: {error}") from None
        except BackupError as error:
            raise BackupError(f"pgbackrest {command} failed: {error}") from None
        if said.code != 0:
            raise BackupError(f"pgbackrest {command} failed: {_why(said)}")
        return said.out


def _why(said: Said) -> str:
    """Its first error, without the names of its processes before that."""
    lines = (said.err or said.out).strip().splitlines() or ["without a word"]
    errors = [line[line.index("ERROR:") :] for line in lines if "ERROR:" in line]
    return (errors or lines)[0]


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
    # Asked before it is up to date it would have to have as many connections as the other one.
    quiet = ("-c", "archive_mode=off", "-c", "logging_collector=off", "-c", "hot_standby=off")
    (data / "pg_hba.conf").write_text("local all all trust\n")
    plain = ("-c", f"hba_file={data}/pg_hba.conf", "-c", f"data_directory={data}")
    # Debian keeps its settings elsewhere, and no server starts without such a file.
    (data / "postgresql.conf").touch()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(binary), "-D", str(data), *own, *quiet, *plain],
            user=user, cwd="/", stdout=log, stderr=log, process_group=0,
            preexec_fn=tied(signal.SIGINT),  # at once, whatever it is asked just now
        )  # fmt: skip
    try:
        yield server
    finally:
        end(server, STOP_SECONDS)


def _postgres(data: Path) -> Path:
    """The server program of the data's own version."""
    version = (data / "PG_VERSION").read_text().strip()
    places = [Path(root) / version / "bin" / "postgres" for root in _BINARIES]
    places += [Path(path) / "postgres" for path in os.environ.get("PATH", "").split(os.pathsep)]
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise BackupError(f"the program of PostgreSQL {version} is not on this machine")
    return found


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path, check: Check) -> None:
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
        check()
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
