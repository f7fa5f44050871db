"""`guilds invite | list | delete | deleted`."""

from __future__ import annotations

import time
from threading import Event

import click
import orjson
from rich.table import Table

from api.cli.group import CommandGroup
from api.cli.table import print_table
from api.http.extension import parts
from domain.clock import rfc3339
from domain.snowflake import parse_snowflake
from domain.windows import DAY_MS
from models.audit_log import AuditFilter, audit_entries
from models.guilds.guild import add_guilds, most_used
from models.work.long import NO_GUILD, states_of, waiting_subjects
from services.guilds.deletion import (
    DELETE,
    DELETED,
    Holding,
    ask_deletion,
    holding_of,
)
from services.work.kinds import long_worker

group = CommandGroup("guilds")
LOOK_SECONDS = 0.2
MOST_SHOWN = 100


def _id(_context: click.Context, _parameter: click.Parameter, text: str) -> int:
    try:
        return parse_snowflake(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="GUILD") from None


_guild = click.argument("guild", callback=_id)


@group.command("invite", examples=["modwatch guilds invite 4242"])
@_guild
def invite(guild: int) -> None:
    """Host a server: its owner and moderators may log in. With MODWATCH_GUILDS=invited."""
    with parts().database.write() as connection:
        add_guilds(connection, [guild])
    click.echo(f"server {guild} is hosted")


@group.command("list", examples=["modwatch guilds list --most 20"])
@click.option("--most", default=100, help="How many to show.", show_default=True)
def show(most: int) -> None:
    """Servers and what was stored for them today (UTC), most events first."""
    modwatch = parts()
    with modwatch.database.read() as connection:
        rows = most_used(connection, modwatch.clock() // DAY_MS, most)
    table = Table("server", "name", "events today", "MB today")
    for row in rows:
        size = f"{row.bytes / 1_000_000:.1f}"
        table.add_row(str(row.guild_id), row.name or "", str(row.events), size)
    print_table(table)


@group.command(
    "delete", examples=["modwatch guilds delete 4242", "modwatch guilds delete 4242 --yes"]
)
@_guild
@click.option("--yes", is_flag=True, help="Delete it. Without this it is counted only.")
def delete(guild: int, yes: bool) -> None:
    """Everything of a server, for ever: rows, files, tokens, copies in Redis. Not its backups."""
    modwatch = parts()
    holding = holding_of(modwatch, guild)
    if not holding.rows:
        raise click.ClickException(f"there is nothing of a server {guild}")
    _show(holding)
    if not yes:
        click.echo("nothing was changed; --yes deletes it", err=True)
        return
    ask_deletion(modwatch, guild)
    _wait_for(guild)
    with modwatch.database.read() as connection:
        failed = states_of(connection, DELETE, [guild], [""])
    if failed:
        raise click.ClickException("it is not done: see `modwatch work list`")
    click.echo(f"server {guild} is deleted", err=True)


@group.command("deleted", examples=["modwatch guilds deleted"])
def deleted() -> None:
    """Which servers were deleted, and when."""
    wanted = AuditFilter(action=DELETED)
    with parts().database.read() as connection:
        rows = audit_entries(connection, NO_GUILD, MOST_SHOWN, wanted=wanted)
    table = Table("server", "deleted")
    for row in rows:
        table.add_row(orjson.loads(row.details)["guild_id"], rfc3339(row.timestamp_ms))
    print_table(table)


def _show(holding: Holding) -> None:
    table = Table("table", "rows")
    for name, count in holding.rows.items():
        table.add_row(name, str(count))
    table.add_row("files of exports", str(holding.files))
    print_table(table)
    if holding.last_received_ms is not None:
        heard = rfc3339(holding.last_received_ms)
        click.echo(f"its bot last sent something {heard}: what it sends later is new", err=True)


def _wait_for(guild: int) -> None:
    """Done here, unless a worker was faster; should this process end, a worker goes on."""
    modwatch = parts()
    worker = long_worker(modwatch, Event())
    while True:
        worker.run_due()
        with modwatch.database.read() as connection:
            if (guild, "") not in waiting_subjects(connection, DELETE):
                return
        time.sleep(LOOK_SECONDS)
