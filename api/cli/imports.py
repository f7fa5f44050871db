"""`import murdoch`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from adapters.murdoch_file import MurdochFileError, open_murdoch_file
from adapters.redis.cache_aside import config_key, rules_key
from api.cli.group import CommandGroup
from api.cli.progress import progress_bar
from api.cli.table import print_table
from api.http.extension import parts
from services.importers.murdoch.report import ImportReport, TableReport
from services.importers.murdoch.run import import_murdoch, tables_of

group = CommandGroup("import")


@group.command("murdoch", examples=["modwatch import murdoch murdoch.db"])
@click.argument("path", type=click.Path(path_type=Path))
def murdoch(path: Path) -> None:
    """Import the SQLite database of the earlier bot, best when that bot has stopped.

    Running it again adds only what is new in the file; what was changed here since stays.
    """
    modwatch = parts()
    try:
        with open_murdoch_file(path) as file:
            total = sum(file.count(table.name) for table in tables_of(file))
            with progress_bar("rows", total) as advance:
                report = import_murdoch(modwatch.database, file, modwatch.clock(), advance)
    except MurdochFileError as error:
        raise click.ClickException(str(error)) from None
    for guild_id in report.configured_guilds:
        modwatch.values.drop(config_key(guild_id), rules_key(guild_id))
    if report.new:
        modwatch.queue.wake_materialiser()
    _show(report)


def _show(report: ImportReport) -> None:
    summary = Table("table")
    for name in ("read", "new", "already there", "refused"):
        summary.add_column(name, justify="right")
    for table in report.tables:
        counts = (table.read, table.new, table.known, table.refused)
        summary.add_row(table.table, *(f"{count:,}" for count in counts))
    print_table(summary)
    for table in report.tables:
        _explain(table)
    if report.missing:
        click.echo(f"Not in the file: {', '.join(report.missing)}")


def _explain(table: TableReport) -> None:
    for reason, refusals in table.refusals.items():
        example = "" if refusals.example is None else f", such as {refusals.example}"
        click.echo(f"{table.table}: {refusals.rows:,} refused: {reason}{example}")
    for note, rows in table.notes.items():
        click.echo(f"{table.table}: in {rows:,}: {note}")
