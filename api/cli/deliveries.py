"""`deliveries list | retry`."""

from __future__ import annotations

from uuid import UUID

import click
from rich.table import Column, Table

from api.cli.group import CommandGroup
from api.cli.table import plain, print_table
from api.http.extension import parts
from domain.clock import rfc3339
from domain.delivery_life import DeliveryState
from domain.snowflake import parse_snowflake
from models.deliveries.shown import list_deliveries
from services.deliveries.people import MayRepeatError, NoDeliveryError, NotRetryableError, retry_by

group = CommandGroup("deliveries")


def _guild(_context: click.Context, _parameter: click.Parameter, text: str) -> int:
    try:
        return parse_snowflake(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@group.command("list", examples=["modwatch deliveries list --guild 4242 --status dead"])
@click.option("--guild", required=True, callback=_guild, help="Id of the server.")
@click.option("--status", type=click.Choice([state.value for state in DeliveryState]))
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def list_some(guild: int, status: str | None, limit: int) -> None:
    """What was sent, what was not and why; latest first."""
    names = ("written", "event", "message", "channel", "state", "reason", "tries")
    others = [Column(name, overflow="fold") for name in names]
    table = Table(Column("id", no_wrap=True, min_width=36), *others)
    with parts().database.read() as connection:
        rows = list_deliveries(connection, guild, status, limit)
    for row in rows:
        said = (rfc3339(row.created_ms), row.event_type, row.kind, row.channel_kind)
        table.add_row(str(row.id), *said, row.state, plain(row.reason), str(row.attempts))
    print_table(table)


@group.command(
    "retry",
    examples=["modwatch deliveries retry --guild 4242 0192f3a1-5b7c-7d2e-8f00-2a4b6c8d0e1f"],
)
@click.argument("delivery_id", type=click.UUID)
@click.option("--guild", required=True, callback=_guild, help="Id of the server it is of.")
@click.option("--may-repeat", is_flag=True, help="It may have arrived: a second one is fine.")
def retry(delivery_id: UUID, guild: int, may_repeat: bool) -> None:
    """Send a dead or unknown one once more."""
    try:
        retry_by(parts(), guild, delivery_id, may_repeat=may_repeat)
    except (NoDeliveryError, NotRetryableError) as error:
        raise click.ClickException(str(error)) from None
    except MayRepeatError:
        raise click.ClickException("it may have arrived: add --may-repeat") from None
    click.echo("It is sent as soon as a worker is there.")
