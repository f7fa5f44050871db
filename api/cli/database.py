"""`database copy`, `distribute`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from adapters.database import Database
from adapters.setting_values import database_url
from api.cli.group import FOUND_SOMETHING, CommandGroup
from api.cli.progress import progress_bar
from api.cli.table import print_table
from api.http.extension import parts
from models.placement import REASONS

if TYPE_CHECKING:
    from services.operations.distributing import Step

group = CommandGroup("database")


def _address(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """Of a file where it begins with `@`: what stands in a command is read by others."""
    try:
        named = Path(text[1:]).read_text().strip() if text.startswith("@") else text
        return database_url(named)
    except (OSError, ValueError) as error:
        raise click.BadParameter(str(error)) from None


@group.command(
    "copy",
    examples=["modwatch database copy --to @new_database_url"],
)
@click.option("--to", required=True, callback=_address, help="postgresql://..., or @ and a file.")
def copy(to: str) -> None:
    """Copy everything to an empty PostgreSQL, and prove it; again where it was interrupted.

    Web processes, workers and beat have to be stopped. Exit 1 where counts are not what the stored
    events say.
    """
    from services.operations import rollups
    from services.operations.copying import CopyError, copy_database

    modwatch = parts()
    table = Table("table", "rows")
    with closing(Database(to)) as target, progress_bar("rows", None) as advance:
        try:
            for one in copy_database(modwatch.database, target, advance):
                table.add_row(one.table, str(one.rows))
        except CopyError as error:
            raise click.ClickException(str(error)) from None
        found = rollups.verify(target, None, modwatch.clock())
    print_table(table)
    if found:
        click.echo(f"{len(found)} rollups differ; `modwatch rollups rebuild` there", err=True)
        sys.exit(FOUND_SOMETHING)
    click.echo(
        "All of it is there. Now set MODWATCH_DATABASE_URL to it, and start again.", err=True
    )


@group.command(
    "distribute",
    examples=["modwatch database distribute --dry-run", "modwatch database distribute"],
)
@click.option("--dry-run", is_flag=True, help="Print the statements, and execute none.")
def distribute(dry_run: bool) -> None:
    """Spread the tables of a Citus coordinator by server; again where it was interrupted.

    Web processes, workers and beat have to be stopped. What lies where it is to lie is left alone;
    at the end it is looked at whether everything does.
    """
    from adapters.migrations import is_current
    from services.operations import distributing

    database = parts().database
    try:
        steps = distributing.plan(database)
        if not is_current(database):
            raise click.ClickException("its schema is not the newest: modwatch db upgrade")
        if dry_run:
            click.echo("".join(f"{line};\n" for line in distributing.statements(steps)), nl=False)
            return
        distributing.distribute(database, steps)
    except distributing.DistributionError as error:
        raise click.ClickException(str(error)) from None
    print_table(_placed(steps))
    click.echo("Now set MODWATCH_DATABASE_DISTRIBUTED=citus, and start again.", err=True)


def _placed(steps: Sequence[Step]) -> Table:
    table = Table("table", "lies", "why", "now")
    for step in steps:
        done = "as before" if step.statement is None else "moved"
        table.add_row(step.table, step.placement, REASONS.get(step.table, ""), done)
    return table
