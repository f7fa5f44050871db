"""`exports list | run | prune`."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from threading import Event
from uuid import UUID

import click
from rich.table import Column, Table

from api.cli.group import FOUND_SOMETHING, CommandGroup
from api.cli.table import plain, print_table
from api.http.extension import parts
from domain.clock import rfc3339
from domain.export_life import WAITING, ExportState, progress_of, size_words, words_of
from domain.exports import Compression, ExportFormat, ExportMode, ExportType
from domain.snowflake import parse_snowflake
from domain.spans import PERIODS, Span
from models.exports.history import ExportRow, export_of, newest_exports, newest_of_all
from services.exports.asking import Asked, WishError, ask_by_operator
from services.exports.retention import prune_exports
from services.exports.shown import as_they_stand
from services.work.kinds import long_worker

group = CommandGroup("exports")
LOOK_SECONDS = 0.5


def _guild(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    try:
        return None if text is None else parse_snowflake(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _choice(words: Iterable[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


@group.command("list", examples=["modwatch exports list", "modwatch exports list --guild 4242"])
@click.option("--guild", callback=_guild, help="Id of a server; all of them without it.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_some(guild: int | None, limit: int) -> None:
    """Exports, newest first: how far each is, how large, and why one is not there."""
    names = ("server", "export", "state", "rows", "size", "asked for", "by", "why not")
    others = [Column(name, overflow="fold") for name in names]
    table = Table(Column("id", no_wrap=True, min_width=36), *others)
    with parts().database.read() as connection:
        if guild is None:
            rows = newest_of_all(connection, limit)
        else:
            rows = newest_exports(connection, guild, limit)
        rows = as_they_stand(connection, rows, parts().clock())
    for row in rows:
        table.add_row(str(row.id), str(row.guild_id), *_shown(row))
    print_table(table)


@group.command(
    "run",
    examples=[
        "modwatch exports run --guild 4242 --type violations --format csv",
        "modwatch exports run --guild 4242 --type warnings --format xlsx --out warnings.xlsx",
    ],
)
@click.option("--guild", required=True, callback=_guild, help="Id of the server.")
@click.option("--type", "export_type", required=True, type=_choice(ExportType))
@click.option("--format", "format_", required=True, type=_choice(ExportFormat))
@click.option("--mode", type=_choice(ExportMode), default=ExportMode.SPREADSHEET.value)
@click.option("--compression", type=_choice(Compression), default=Compression.NONE.value)
@click.option("--period", type=_choice(PERIODS))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A copy, to here.")
def run(
    guild: int,
    export_type: str,
    format_: str,
    mode: str,
    compression: str,
    period: str | None,
    out: Path | None,
) -> None:
    """Make one export now, in this process, and wait for it; it is in the history as any other."""
    asked = Asked(
        export_type=ExportType(export_type),
        format=ExportFormat(format_),
        mode=ExportMode(mode),
        compression=Compression(compression),
        period=None if period is None else Span(period),
    )
    try:
        row = _made(ask_by_operator(parts(), guild, asked))
    except WishError as error:
        words = "; ".join(f"{field} {' '.join(texts)}" for field, texts in error.errors.items())
        raise click.UsageError(words) from None
    if row.state is not ExportState.DONE or row.storage_key is None:
        code = row.error_code
        raise click.ClickException(words_of(code, row.state) if code else f"it is {row.state}")
    click.echo(f"{row.rows_done} rows, {row.size_bytes} bytes, SHA-256 {row.sha256}")
    if out is not None:
        with parts().exports.open(row.storage_key) as file, out.open("wb") as copy:
            shutil.copyfileobj(file, copy)


@group.command("prune", examples=["modwatch exports prune"])
def prune() -> None:
    """Delete files whose time is over, and what killed processes left; workers do so, too."""
    click.echo(f"{prune_exports(parts())} files deleted", err=True)


def _made(row: ExportRow) -> ExportRow:
    """The export when it is over. Another one of the server may have its turn first."""
    worker = long_worker(parts(), Event())
    while row.state in WAITING:
        worker.run_due()
        row = _again(row.guild_id, row.id)
        if row.state is ExportState.QUEUED and row.error_code is not None:
            return row  # it waits for what only the operator can give
        if row.state in WAITING:
            time.sleep(LOOK_SECONDS)
    return row


def _again(guild_id: int, id: UUID) -> ExportRow:
    with parts().database.read() as connection:
        row = export_of(connection, guild_id, id)
    if row is None:
        click.echo("It was deleted meanwhile.", err=True)
        sys.exit(FOUND_SOMETHING)
    return row


def _shown(row: ExportRow) -> tuple[str, ...]:
    state = row.state.value
    if row.state is ExportState.RUNNING:
        state += f" {progress_of(row.state, row.rows_done, row.rows_estimated):g} %"
    export = f"{row.export_type} {row.format}"
    size = size_words(row.size_bytes) if row.size_bytes else "-"
    why = words_of(row.error_code, row.state) if row.error_code else "-"
    counted = (str(row.rows_done), size, rfc3339(row.created_ms))
    return (export, state, *counted, plain(row.made_by), why)
