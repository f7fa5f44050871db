"""`reports due | list | run`."""

from __future__ import annotations

import sys
from uuid import UUID

import click
from rich.table import Column, Table

from api.cli.group import FOUND_SOMETHING, CommandGroup
from api.cli.table import plain, print_table
from api.http.extension import parts
from domain.clock import rfc3339
from domain.report_schedules import RunKind
from domain.snowflake import parse_snowflake
from models.reports.occurrences import last_occurrences
from models.reports.schedules import ScheduleRow, every_schedule, schedules_of
from services.reports.asked import run_by
from services.reports.schedules import NoScheduleError, ScheduleFieldError
from services.reports.watch import overdue_schedules, standing

group = CommandGroup("reports")
MOST_SHOWN = 1000


def _guild(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    try:
        return None if text is None else parse_snowflake(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@group.command("due", examples=["modwatch reports due"])
def due() -> None:
    """What should have run by now and has not; exit 1 where something waits too long."""
    modwatch = parts()
    now = standing(modwatch.database, modwatch.clock())
    table = _table("server", "name", "due")
    for row in overdue_schedules(modwatch.database, modwatch.clock(), MOST_SHOWN):
        schedule = row.schedule
        when = "" if row.next_ms is None else rfc3339(row.next_ms)
        table.add_row(str(schedule.id), str(schedule.guild_id), plain(schedule.name), when)
    print_table(table)
    said = f"{now.overdue} overdue, {now.runs.due} to be made, {now.runs.built} being sent"
    click.echo(said, err=True)
    if now.is_late:
        sys.exit(FOUND_SOMETHING)


@group.command("list", examples=["modwatch reports list", "modwatch reports list --guild 4242"])
@click.option("--guild", callback=_guild, help="Id of a server; all of them without it.")
def list_all(guild: int | None) -> None:
    """Every scheduled report, when it runs next, and how its last run ended."""
    table = _table("server", "name", "cadence", "zone", "next run", "last run")
    with parts().database.read() as connection:
        if guild is None:
            rows = every_schedule(connection, MOST_SHOWN)
        else:
            rows = schedules_of(connection, guild)
        guilds = {row.schedule.guild_id for row in rows}
        last = {id: run for one in guilds for id, run in last_occurrences(connection, one).items()}
    for row in rows:
        run = last.get(row.schedule.id)
        table.add_row(*_words(row), "never" if run is None else run.state.value)
    print_table(table)


@group.command(
    "run", examples=["modwatch reports run --guild 4242 0192f3a1-5b7c-7d2e-8f00-2a4b6c8d0e1f"]
)
@click.argument("schedule_id", type=click.UUID)
@click.option("--guild", required=True, callback=_guild, help="Id of the server it is of.")
@click.option("--test", is_flag=True, help="Each message says that it is a test.")
def run(schedule_id: UUID, guild: int, test: bool) -> None:
    """Have one made and sent now, of the last closed day, week or month."""
    kind = RunKind.TEST if test else RunKind.MANUAL
    try:
        id = run_by(parts(), guild, schedule_id, kind)
    except NoScheduleError:
        raise click.ClickException("there is no such report in this server") from None
    except ScheduleFieldError as error:
        raise click.ClickException(f"its {error.field} {error}") from None
    click.echo(str(id))
    click.echo("It is made and sent as soon as a worker is there.", err=True)


def _table(*names: str) -> Table:
    others = [Column(name, overflow="fold") for name in names]
    return Table(Column("id", no_wrap=True, min_width=36), *others)


def _words(row: ScheduleRow) -> tuple[str, ...]:
    schedule, times = row.schedule, row.schedule.times
    clock = f"{times.cadence.value} {times.hour:02}:{times.minute:02}"
    runs = rfc3339(row.next_ms) if row.next_ms is not None else row.why_not or "off"
    named = (str(schedule.id), str(schedule.guild_id), plain(schedule.name))
    return (*named, clock, times.timezone, runs)
