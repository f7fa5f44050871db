"""`snapshots refresh`."""

from __future__ import annotations

import click

from api.cli.group import CommandGroup
from api.http.extension import parts
from domain.snowflake import parse_snowflake
from models.guilds.guild import all_guilds
from services.snapshots.materialise import mark_all, materialise_dirty

group = CommandGroup("snapshots")


@group.command(
    "refresh", examples=["modwatch snapshots refresh", "modwatch snapshots refresh --guild 4242"]
)
@click.option("--guild", "guild", help="Id of a server; without it, every one.")
def refresh(guild: str | None) -> None:
    """Materialise now."""
    modwatch = parts()
    try:
        wanted = [parse_snowflake(guild)] if guild else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--guild") from None
    with modwatch.database.read() as connection:
        guild_ids = all_guilds(connection, wanted)
    if wanted and not guild_ids:
        raise click.ClickException(f"nothing is known of server {guild}")
    mark_all(modwatch.database, guild_ids, modwatch.clock())
    done = materialise_dirty(modwatch.database, modwatch.cache, modwatch.clock)
    click.echo(f"{done} servers materialised")
