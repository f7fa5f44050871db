"""`backup create | list | verify | restore | settle | rehearse`."""

from __future__ import annotations

import sys
from typing import cast

import click
from rich.table import Table

from adapters.backups.pgbackrest import PgBackRest
from adapters.backups.sqlite import SqliteBackups
from api.cli.group import FOUND_SOMETHING, CommandGroup, FailedError
from api.cli.progress import busy
from api.cli.table import print_table
from api.http.extension import parts
from domain.backups import BackupError
from domain.clock import rfc3339
from models.work.long import NO_GUILD, ask, note_done
from services.backups.keeper import CREATE, REHEARSE, backups
from services.backups.rehearsing import rehearse as rehearse_newest
from services.backups.restoring import renew, restore_sqlite
from services.work.start import wake


class BackupGroup(CommandGroup):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BackupError as error:
            raise FailedError(str(error)) from None


group = BackupGroup("backup")


@group.command("create", examples=["modwatch backup create", "modwatch backup create --later"])
@click.option("--later", is_flag=True, help="As long work of a worker; see `modwatch work list`.")
def create(later: bool) -> None:
    """Make one now, while everything runs, and drop those that are kept no longer."""
    modwatch = parts()
    kept = backups(modwatch.settings)
    if later:
        with modwatch.database.write() as connection:
            is_new = ask(connection, NO_GUILD, CREATE, "", modwatch.clock())
        wake(modwatch)
        click.echo("queued" if is_new else "one waits already")
        return
    with busy("copying"):
        made = kept.create(modwatch.clock())
    with modwatch.database.write() as connection:
        note_done(connection, CREATE, modwatch.clock())
    click.echo(made.name)


@group.command("list", examples=["modwatch backup list"])
def show() -> None:
    """Those that can be put back, oldest first."""
    table = Table("name", "made", "bytes")
    for one in backups(parts().settings).listed():
        table.add_row(one.name, rfc3339(one.at_ms), str(one.size_bytes))
    print_table(table)


@group.command("verify", examples=["modwatch backup verify"])
@click.argument("name", required=False)
def verify(name: str | None) -> None:
    """Read every byte of this one, or of all; exit 1 and a line for each that is damaged."""
    with busy("reading"):
        faults = backups(parts().settings).verify(name)
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(FOUND_SOMETHING)
    click.echo("all of it is as it was made", err=True)


@group.command("rehearse", examples=["modwatch backup rehearse"])
def rehearse() -> None:
    """Put the newest back beside the running database, and recount its rollups there."""
    modwatch = parts()
    with busy("putting back"):
        found = rehearse_newest(modwatch.settings, modwatch.clock())
    with modwatch.database.write() as connection:
        note_done(connection, REHEARSE, modwatch.clock())
    click.echo(f"{found.guilds} servers, every rollup is what the stored events say")


@group.command(
    "restore",
    examples=[
        "modwatch backup restore modwatch-20261130T060000Z",
        "modwatch backup restore --to '2026-11-30 06:31:00+00'",
    ],
)
@click.argument("name", required=False)
@click.option("--to", "target", help="PostgreSQL: the second to go back to; default: the last.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(name: str | None, target: str | None, yes: bool) -> None:
    """Put a backup in the place of the database. What came since then is gone."""
    modwatch = parts()
    kept = backups(modwatch.settings)
    is_sqlite = isinstance(kept, SqliteBackups)
    if is_sqlite and (name is None or target):
        raise FailedError("name one of `modwatch backup list`")
    if not is_sqlite and name:
        raise FailedError("PostgreSQL is put back to a second: --to, or to the last")
    if not yes:
        click.confirm("What came since then will be gone. Go on?", abort=True, err=True)
    with busy("putting back"):
        if isinstance(kept, SqliteBackups):
            done = restore_sqlite(modwatch, kept, name or "")
            after = f"what was there is {done.before or 'nowhere: it could not be read'}"
        else:
            cast(PgBackRest, kept).put_back(target)
            after = "start PostgreSQL, then run `modwatch backup settle`, then start all else"
    click.echo(f"put back; {after}", err=True)


@group.command("settle", examples=["modwatch backup settle"])
def settle() -> None:
    """After a restore by other means: what Redis holds counts no more, what waited to be sent for
    more than an hour is cancelled, and audit logs say so."""
    modwatch = parts()
    renew(modwatch, modwatch.database)
    click.echo("the database has a new name")
