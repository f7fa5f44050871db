"""Faults while a bot sends and a page reads, on both databases: `python -m benchmarks.faults`.

Words after that name the faults to be measured, such as `killed`; without any it is all of them.
Prints a table and writes it into docs/faults.md: what was answered 202 and what is stored, answers
of 5xx, the longest time without a 202, and how long after the fault the next one came.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import text

from adapters.migrations import upgrade
from benchmarks.fault_kinds import FAULTS, Fault, Site
from benchmarks.processes import ROOT
from services.container import system_clock
from services.operations.rollups import verify
from tests.faults.clients import Bot, Dashboard
from tests.faults.moved_clock import MovedClock
from tests.faults.stack import Stack
from tests.servers.postgres import Cluster

GUILD = 700
KINDS = ("SQLite", "PostgreSQL")
BEFORE_SECONDS, FAULT_SECONDS, AFTER_SECONDS = 3.0, 6.0, 30.0
DOCUMENT = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


class TimedBot(Bot):
    """Notes when it was told 202, by a clock that only goes forward."""

    def __init__(self, client: httpx.Client, guild_ids: Sequence[int]) -> None:
        super().__init__(client, guild_ids)
        self.told: list[float] = []

    def note(self, answer: httpx.Response) -> int:
        status = super().note(answer)
        if status == 202:
            self.told.append(time.monotonic())
        return status


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    database: str
    acked: int
    stored: int
    bot_5xx: int
    read_5xx: int
    longest_gap_seconds: float
    recovery_seconds: float
    is_proved: bool

    def cells(self) -> list[str]:
        gap, recovery = f"{self.longest_gap_seconds:.1f} s", f"{self.recovery_seconds:.1f} s"
        proved = "equal" if self.is_proved else "DIFFERENT"
        numbers = (self.acked, self.stored, self.bot_5xx, self.read_5xx)
        return [self.fault, self.database, *map(str, numbers), gap, recovery, proved]


def main() -> int:
    """Run every fault on every database it is for; 1 where something accepted is missing."""
    if os.geteuid() != 0:
        sys.exit("needs root: a small file system is mounted to be filled")
    rows = []
    for fault in _asked():
        for kind in KINDS:
            if fault.on_sqlite if kind == "SQLite" else fault.on_postgresql:
                rows.append(_measure(fault, kind))
                print(" | ".join(rows[-1].cells()), flush=True)
    _write(rows)
    return 0 if all(row.is_proved for row in rows) else 1


def _asked() -> list[Fault]:
    words = sys.argv[1:]
    return [one for one in FAULTS if not words or any(word in one.name for word in words)]


def _measure(fault: Fault, kind: str) -> Row:
    with _installation(kind, fault.moves_clock) as site:
        bot = TimedBot(site.stack.client(), [GUILD])
        page = Dashboard(site.stack.client(GUILD), [GUILD])
        for going in (bot, page):
            going.start()
        time.sleep(BEFORE_SECONDS)
        end = fault.begin(site)
        time.sleep(FAULT_SECONDS)
        end()
        ended = time.monotonic()
        _wait_for_a_202(bot, ended)
        time.sleep(BEFORE_SECONDS)
        for going in (page, bot):
            going.stop()
        return _row(fault.name, kind, site.stack, bot, page, ended)


def _wait_for_a_202(bot: TimedBot, since: float) -> None:
    deadline = since + AFTER_SECONDS
    while not any(moment > since for moment in bot.told) and time.monotonic() < deadline:
        time.sleep(0.02)


def _row(name: str, kind: str, stack: Stack, bot: TimedBot, page: Dashboard, ended: float) -> Row:
    acked = len(bot.violations[GUILD])
    with stack.database.read() as connection:
        stored = connection.scalar(text("SELECT count(*) FROM violations")) or 0
    gaps = [after - before for before, after in zip(bot.told, bot.told[1:], strict=False)]
    after = [moment - ended for moment in bot.told if moment > ended]
    differences = verify(stack.database, [GUILD], system_clock())
    return Row(
        fault=name,
        database=kind,
        acked=acked,
        stored=stored,
        bot_5xx=_fives(bot.seen),
        read_5xx=_fives(page.seen),
        longest_gap_seconds=max(gaps, default=0.0),
        recovery_seconds=min(after, default=float("inf")),
        is_proved=acked == stored and not differences,
    )


def _fives(seen: Mapping[int | str, int]) -> int:
    return sum(count for status, count in seen.items() if isinstance(status, int) and status >= 500)


@contextmanager
def _installation(kind: str, moves_clock: bool) -> Iterator[Site]:
    with ExitStack() as undo:
        disk = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="modwatch-f-")))
        disk.chmod(0o755)
        size = "size=256m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
        undo.callback(subprocess.run, ["umount", "--lazy", str(disk)], check=True)
        (disk / "data").mkdir()
        clock = MovedClock(disk) if moves_clock else None
        if clock is not None:
            undo.enter_context(_environment(clock.environment))
        cluster, url = None, f"sqlite:///{disk}/data/modwatch.db"
        if kind == "PostgreSQL":
            (disk / "pg").mkdir(mode=0o755)
            cluster = Cluster(disk / "pg", settings=("max_connections=40", "max_wal_size=64MB"))
            cluster.start()
            undo.callback(cluster.stop)
            url = cluster.url(cluster.create())
        else:
            upgrade(url)
        own = {
            "DATA_DIR": disk / "data",
            "DATABASE_URL": url,
            "RATE_LIMITS": 0,
            "LOG_LEVEL": "error",
        }
        os.environ.update({f"MODWATCH_{name}": str(value) for name, value in own.items()})
        os.environ.pop("MODWATCH_REDIS_URL", None)
        stack = Stack(disk / "data", url)
        undo.callback(stack.end)
        stack.start()
        yield Site(stack, disk, cluster, clock)


@contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """For the processes that are started meanwhile; this one has long begun."""
    os.environ.update(given)
    yield
    for name in given:
        del os.environ[name]


def _write(rows: list[Row]) -> None:
    """In the order of FAULTS; what was not asked for stays as it was measured before."""
    head = "| fault | database | violations told 202 | stored | 5xx of ingest | 5xx of reads |"
    head += " longest time without a 202 | first 202 after it | recount |"
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    old, _, after = rest.partition(END)
    found = {_name(line): line for line in old.splitlines() if line.startswith("| ")}
    found |= {row.fault + row.database: f"| {' | '.join(row.cells())} |" for row in rows}
    keys = [fault.name + kind for fault in FAULTS for kind in KINDS]
    lines = [head, "|" + "---|" * 9, *(found[key] for key in keys if key in found)]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{chr(10).join(lines)}\n{END}{after}")


def _name(line: str) -> str:
    fault, database, *_ = (cell.strip() for cell in line.strip("|").split("|"))
    return fault + database


if __name__ == "__main__":
    sys.exit(main())
