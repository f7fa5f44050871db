"""`channels list | test`."""

from __future__ import annotations

from uuid import UUID, uuid4

import click
from rich.table import Column, Table

from adapters.channels.registry import CHANNELS
from api.cli.group import FOUND_SOMETHING, CommandGroup
from api.cli.table import plain, print_table
from api.http.extension import parts
from domain.attempts import Outcome
from domain.clock import rfc3339
from domain.snowflake import parse_snowflake
from models.channels.store import ChannelRow, channel_of, channels_of
from models.guilds.guild import all_guilds
from services.channels.sealing import open_settings
from services.channels.testing import Tested, send_test

group = CommandGroup("channels")


def _guild(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    try:
        return None if text is None else parse_snowflake(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@group.command("list", examples=["modwatch channels list", "modwatch channels list --guild 4242"])
@click.option("--guild", callback=_guild, help="Id of a server; all of them without it.")
def list_all(guild: int | None) -> None:
    """Every channel, how it is, and when it last took something."""
    names = ("server", "kind", "name", "state", "last taken", "last failure")
    others = [Column(name, overflow="fold") for name in names]
    table = Table(Column("id", no_wrap=True, min_width=36), *others)
    with parts().database.read() as connection:
        guilds = all_guilds(connection) if guild is None else [guild]
        rows = channels_of(connection, guilds)
    for row in rows:
        state = row.state if row.enabled else f"{row.state}, off"
        taken = "never" if row.last_ok_ms is None else rfc3339(row.last_ok_ms)
        failure = plain(row.last_failure or "-")
        named = (str(row.guild_id), row.kind, plain(row.name))
        table.add_row(str(row.id), *named, state, taken, failure)
    print_table(table)


@group.command(
    "test",
    examples=[
        "modwatch channels test --guild 4242 0192f3a1-5b7c-7d2e-8f00-2a4b6c8d0e1f",
    ],
)
@click.argument("channel_id", type=click.UUID)
@click.option("--guild", required=True, callback=_guild, help="Id of the server it is of.")
@click.option("--target", default="", help="Which of its mail addresses; else the first.")
def test(channel_id: UUID, guild: int, target: str) -> None:
    """Send a test through a channel and print what its provider said; 1 if it was not sent."""
    with parts().database.read() as connection:
        row = channel_of(connection, guild, channel_id)
    if row is None:
        raise click.ClickException("there is no channel with this id in this server")
    tested = _send(row, target)
    status = "-" if tested.http_status is None else tested.http_status
    click.echo(f"{tested.outcome} ({tested.reason}), HTTP {status}, {tested.took_ms} ms")
    if tested.answer:
        click.echo(plain(tested.answer))
    if tested.outcome is not Outcome.SENT:
        click.get_current_context().exit(FOUND_SOMETHING)


def _send(row: ChannelRow, target: str) -> Tested:
    settings = open_settings(parts().secrets, row)
    if not settings:
        raise click.ClickException("its settings were sealed with another MODWATCH_SECRET_KEY")
    targets = CHANNELS[row.kind].targets(settings)
    if target and target not in targets:
        raise click.UsageError("this is no address of the channel")
    return send_test(parts(), row.guild_id, row.kind, settings, target or targets[0], uuid4())
