"""Row `export`: a guild's violations as a file, beside the bare columns over the same connection.

The memory of a process that makes one is compared between a tenth of the rows and all of them.
With EXPORT_TIMES=10 there are ten million, nine of which are copied within the database.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import text

from adapters.database import Database
from benchmarks.databases import HISTORY_NOW_MS, KINDS, Databases
from benchmarks.events import USERS, guild_id, user_id
from benchmarks.figure import Figure, sides
from benchmarks.sizes import DEEP, SHALLOW
from benchmarks.timing import ROUNDS, seconds_of
from domain.exports import ExportFormat, ExportMode, ExportType, ExportWish
from models.events.tables import Violation
from models.sql.copy_out import copied
from models.users.cache import learn_users
from services.exports.making import write_export

TIMES = int(os.environ.get("EXPORT_TIMES", "1"))
SMALL, LARGE = (SHALLOW, DEEP) if TIMES == 1 else (DEEP, DEEP)
ROWS, FEWER = LARGE.violations * TIMES, SMALL.violations
MOST_GROWTH_MB = 8
GOALS = {ExportMode.RAW: 0.5, ExportMode.SPREADSHEET: 0.45}
GUILD = guild_id(0)
# What the file says beside names and appeals, as the table has it.
_BARE = (
    "SELECT id, timestamp_ms, user_id, rule, reason, severity, detection_type, action,"
    " action_taken, moderator_id, channel_id, message_id, response_time_ms FROM violations"
    f" WHERE guild_id = {GUILD} ORDER BY timestamp_ms DESC, id DESC"
)


def export(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        with databases.clone(kind, SMALL) as small, databases.clone(kind, LARGE) as large:
            _copy(large, TIMES)
            for url in (small, large):
                _name_everybody(url)
            for mode in GOALS:
                yield _speed(kind, large, mode)
            yield _memory(kind, small, large)


def _copy(url: str, times: int) -> None:
    """Have every violation so often, each copy a moment before the last; no count knows them."""
    database = Database(url)
    new_id = "gen_random_uuid()" if database.is_postgresql else "lower(hex(randomblob(16)))"
    columns = [column.name for column in Violation.__table__.columns]
    changed = {"id": new_id, "timestamp_ms": "timestamp_ms - place"}
    copy = (
        "WITH RECURSIVE places(place) AS"
        f" (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < {times - 1})"
        f" INSERT INTO violations ({', '.join(columns)})"
        f" SELECT {', '.join(changed.get(name, name) for name in columns)} FROM violations, places"
    )
    if times > 1:
        with database.write() as connection:
            connection.execute(text(copy))
    database.close()


def _speed(kind: str, url: str, mode: ExportMode) -> Figure:
    database = Database(url)
    rounds = [(_rate(database, _export(mode)), _rate(database, _bare)) for _ in range(ROUNDS)]
    database.close()
    took, goal = sides(rounds), GOALS[mode] if kind == "postgresql" else None
    return Figure(
        row="export",
        variant=f"{kind}, csv {mode}, {ROWS:,} violations with names",
        ours=f"{took.ours:,.0f} rows/s",
        baseline=f"{took.baseline:,.0f} rows/s (the bare columns)",
        ratio=took.ratio,
        goal=f">= {goal:.2f}" if goal else "-",
        met=took.ratio >= goal if goal else None,
        measures=took.measures(is_speed=True),
    )


def _memory(kind: str, small: str, large: str) -> Figure:
    fewer, more = (_peak_mb(url) for url in (small, large))
    return Figure(
        "export",
        f"{kind}, peak of a process, {ROWS:,} rows",
        f"{more:,.0f} MB",
        f"{fewer:,.0f} MB ({FEWER:,} rows)",
        goal=f"<= {MOST_GROWTH_MB} MB more",
        met=more - fewer <= MOST_GROWTH_MB,
    )


Work = Callable[[Database, BinaryIO], int]


def _rate(database: Database, work: Work) -> float:
    """Rows a second, into a file."""
    rows = 0

    def run() -> None:
        nonlocal rows
        with tempfile.TemporaryFile() as out:
            rows = work(database, cast(BinaryIO, out))

    seconds = seconds_of(run)
    return rows / seconds


def _export(mode: ExportMode) -> Work:
    def write(database: Database, out: BinaryIO) -> int:
        wish = ExportWish(
            guild_id=GUILD,
            export_type=ExportType.VIOLATIONS,
            format=ExportFormat.CSV,
            mode=mode,
            as_of_ms=HISTORY_NOW_MS,
        )
        with database.read() as connection:
            return write_export(connection, wish, out, lambda rows: None).rows

    return write


def _bare(database: Database, out: BinaryIO) -> int:
    """Hashed and written as ours is; on SQLite only fetched, which it cannot do in lines."""
    rows, digest = 0, sha256()
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
        if not database.is_postgresql:
            cursor = driver.execute(_BARE)
            while some := cursor.fetchmany(1_000):
                rows += len(some)
            return rows
        for some in copied(driver, f"COPY ({_BARE}) TO STDOUT (FORMAT csv)".encode()):
            piece = b"".join(some)
            digest.update(piece)
            out.write(piece)
            rows += len(some)
    return rows


def _name_everybody(url: str) -> None:
    database = Database(url)
    with database.write() as connection:
        names = [(user_id(n), f"member {n}", None, None, HISTORY_NOW_MS) for n in range(USERS + 1)]
        learn_users(connection, names)
    database.close()


def _peak_mb(url: str) -> float:
    """Of a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.exports", url]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(said.stdout)


def _measured(url: str) -> None:
    with tempfile.TemporaryFile() as out:
        _export(ExportMode.SPREADSHEET)(Database(url), cast(BinaryIO, out))
    # Of this program alone: the greatest of its maxrss is inherited from who started it.
    status = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM:"))
    print(int(peak) / 1024)


if __name__ == "__main__":
    _measured(sys.argv[1])
