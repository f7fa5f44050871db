"""`tokens create | list | revoke`."""

from __future__ import annotations

from uuid import UUID

import click
from rich.table import Column, Table

from api.cli.group import CommandGroup
from api.cli.table import plain, print_table
from api.http.extension import parts
from domain.clock import rfc3339
from domain.roles import ROLES
from domain.snowflake import parse_snowflake
from domain.windows import DAY_MS
from services.accounts import tokens

group = CommandGroup("tokens")


@group.command(
    "create",
    examples=[
        "modwatch tokens create --kind bot",
        "modwatch tokens create --kind api --guild 4242 --role viewer --expires 90 --name board",
    ],
)
@click.option("--kind", type=click.Choice(["bot", "api"]), required=True)
@click.option("--guild", "guilds", multiple=True, help="Id of a server; several are fine.")
@click.option("--role", type=click.Choice(list(ROLES)), help="What an API token may do.")
@click.option("--expires", type=click.IntRange(1, 3650), help="Days until the token ends.")
@click.option("--name", default="command line", show_default=True)
def create(
    kind: str, guilds: tuple[str, ...], role: str | None, expires: int | None, name: str
) -> None:
    """Make a token and print it, alone, on stdout; it cannot be shown again."""
    now_ms = parts().clock()
    if kind == "bot" and role:
        raise click.UsageError("a bot token has no role: it may only send events")
    try:
        secret = tokens.create_token(
            parts().database,
            kind=kind,
            name=name,
            guild_ids=[parse_snowflake(guild) for guild in guilds],
            role=role,
            expires_ms=None if expires is None else now_ms + expires * DAY_MS,
            created_by=None,
            now_ms=now_ms,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(secret)


@group.command("list", examples=["modwatch tokens list"])
def list_all() -> None:
    """Every token, without its secret."""
    # The id whole, whatever else has to give way: `tokens revoke` wants it.
    names = ("kind", "name", "role", "servers", "expires", "last used", "state")
    others = [Column(name, overflow="fold") for name in names]
    table = Table(Column("id", no_wrap=True, min_width=36), *others)
    now_ms = parts().clock()
    for token in tokens.list_tokens(parts().database):
        expired = token.expires_ms is not None and token.expires_ms <= now_ms
        state = "revoked" if token.revoked_ms else "expired" if expired else "valid"
        guilds = ", ".join(map(str, token.guild_ids)) or "all"
        times = [_time(token.expires_ms), _time(token.last_used_ms)]
        table.add_row(
            str(token.id), token.kind, plain(token.name), token.role or "-", guilds, *times, state
        )
    print_table(table)


@group.command("revoke", examples=["modwatch tokens revoke 0192f3a1-5b7c-7d2e-8f00-2a4b6c8d0e1f"])
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """End the token with this id; it stops working within 5 seconds."""
    if not tokens.revoke_token(parts().database, token_id, parts().clock()):
        raise click.ClickException("there is no valid token with this id")


def _time(ms: int | None) -> str:
    return "never" if ms is None else rfc3339(ms)
