"""`rollups verify | rebuild`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.table import Table

from api.cli.group import CommandGroup
from api.cli.table import print_table
from api.http.extension import parts
from domain.snowflake import parse_snowflake
from services.operations import rollups as rollup_check
from services.work.kinds import ask_rebuild

group = CommandGroup("rollups")
MOST_SHOWN = 100
_for_guild = click.option("--guild", help="Id of a server; without it, every one.")


@group.command(
    "verify", examples=["modwatch rollups verify", "modwatch rollups verify --guild 4242"]
)
@_for_guild
def verify(guild: str | None) -> None:
    """Recount every rollup from the stored events; exit 1 and a table where they differ."""
    modwatch = parts()
    found = rollup_check.verify(modwatch.database, _guilds(guild), modwatch.clock())
    if not found:
        click.echo("all rollups are what the stored events say")
        return
    table = Table("table", "server", "key", "column", "stored", "recounted")
    for one in found[:MOST_SHOWN]:
        table.add_row(
            one.table,
            str(one.guild_id),
            one.key,
            one.column,
            str(one.stored),
            str(one.recounted),
        )
    print_table(table)
    click.echo(f"{len(found)} differences; `rollups rebuild` repairs them", err=True)
    sys.exit(1)


@group.command(
    "rebuild",
    examples=["modwatch rollups rebuild --guild 4242", "modwatch rollups rebuild --later"],
)
@_for_guild
@click.option("--later", is_flag=True, help="As long work of a worker; see `modwatch work list`.")
def rebuild(guild: str | None, later: bool) -> None:
    """Put the recount in the place of the rollups; the snapshots follow."""
    modwatch = parts()
    if later:
        click.echo(f"{ask_rebuild(modwatch, _guilds(guild))} servers queued")
        return
    done = rollup_check.rebuild(modwatch.database, _guilds(guild), modwatch.clock())
    modwatch.queue.wake_materialiser()
    click.echo(f"{done} servers rebuilt")


def _guilds(guild: str | None) -> Sequence[int] | None:
    try:
        return [parse_snowflake(guild)] if guild else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--guild") from None
