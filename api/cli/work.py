"""`work run | list`."""

from __future__ import annotations

import signal
import sys
from threading import Event

import click
from rich.table import Table

from api.cli.group import CommandGroup
from api.cli.table import print_table
from api.http.extension import parts
from domain.clock import rfc3339
from models.work.long import newest
from services.work.kinds import KINDS, long_worker

group = CommandGroup("work")
MOST_SHOWN = 100


@group.command("run", examples=["modwatch work run", "modwatch work run --kind backups.create"])
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only of this kind.")
def run(kinds: tuple[str, ...]) -> None:
    """Do the long work that is due, until nothing is; workers start this by themselves."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    done = long_worker(parts(), stop, kinds or KINDS).run_due()
    click.echo(f"{done} done", err=True)


@group.command("list", examples=["modwatch work list"])
def show() -> None:
    """What waits, runs, or ended lately; exit 1 where something failed for good."""
    modwatch = parts()
    with modwatch.database.read() as connection:
        rows = newest(connection, MOST_SHOWN)
    table = Table("kind", "server", "subject", "state", "attempts", "due", "ended", "error")
    for row in rows:
        ended = rfc3339(row.ended_ms) if row.ended_ms else ""
        words = (row.state, str(row.attempts), rfc3339(row.due_ms), ended, row.error or "")
        table.add_row(row.kind, str(row.guild_id or ""), row.subject, *words)
    print_table(table)
    if any(row.state == "failed" for row in rows):
        sys.exit(1)
