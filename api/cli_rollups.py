"""`rollups verify | rebuild`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.table import Table

from api.cli_table import print_table
from api.command_group import CommandGroup
from api.extension import parts
from schemas.event import parse_snowflake
from services import rollup_check

group = CommandGroup("rollups", help="Whether the counts are what the stored events say.")
MOST_SHOWN = 100
_for_guild = click.option("--guild", help="Id of a server; without it, every one.")


@group.command("verify")
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


@group.command("rebuild")
@_for_guild
def rebuild(guild: str | None) -> None:
    """Put the recount in the place of the rollups; the snapshots follow."""
    modwatch = parts()
    done = rollup_check.rebuild(modwatch.database, _guilds(guild), modwatch.clock())
    modwatch.queue.wake_materialiser()
    click.echo(f"{done} servers rebuilt")


def _guilds(guild: str | None) -> Sequence[int] | None:
    try:
        return [parse_snowflake(guild)] if guild else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--guild") from None
