"""`demo load | feed`."""

from __future__ import annotations

import time

import click

from adapters.settings import Settings
from api.cli_progress import progress_bar
from api.command_group import CommandGroup
from api.extension import parts
from domain.windows import DAY_MS
from models.demo_guild import demo_guild_violations
from services.demo_feed import DemoFeed
from services.demo_load import DemoLoaded, DemoSize, RealDataError, load_demo
from services.parts import Parts
from services.tokens import create_token

group = CommandGroup("demo", help="Invented servers, to look around in.")
_USUAL = DemoSize()
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_LOOK_FOR_GUILDS_SECONDS = 30.0


@group.command("load")
@click.option("--guilds", type=click.IntRange(1, 100_000), default=_USUAL.guilds, show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=_USUAL.days, show_default=True)
@click.option(
    "--violations",
    type=click.IntRange(0, 1_000_000_000),
    default=_USUAL.violations,
    show_default=True,
)
@click.option(
    "--seed",
    type=int,
    default=_USUAL.seed,
    show_default=True,
    help="Another one gives other servers.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where there is any server already.")
@click.option("--force", is_flag=True, help="Load it beside the data of real servers.")
def load(guilds: int, days: int, violations: int, seed: int, if_empty: bool, force: bool) -> None:
    """Load an invented history. The same options give the same one, also twice."""
    modwatch, size = parts(), DemoSize(guilds, days, violations, seed)
    with progress_bar("violations", violations, quiet=if_empty) as advance:
        try:
            done = load_demo(
                modwatch.database,
                size,
                modwatch.clock(),
                force=force,
                if_empty=if_empty,
                progress=advance,
            )
        except RealDataError as error:
            raise click.ClickException(f"{error}; --force loads the demo beside it") from None
    if done.guilds:
        click.echo(_summary(done))


@group.command("feed")
@click.option("--url", help="Where the web process is; usually this machine's own.")
@click.option(
    "--interval", type=click.FloatRange(0.05, 60), default=3.0, show_default=True, help="Seconds."
)
def feed(url: str | None, interval: float) -> None:
    """Send live events for the invented servers, over HTTP as a bot does, until told to end."""
    # SIGTERM keeps its default: it ends this process at once, and what is half sent is sent or not.
    modwatch = parts()
    while not (weights := _weights(modwatch)):
        time.sleep(_LOOK_FOR_GUILDS_SECONDS)
    guild_ids = sorted(weights)
    demo_feed = DemoFeed(
        url or _own_url(modwatch.settings), lambda: _token(modwatch, guild_ids), modwatch.clock
    )
    demo_feed.run(weights, interval)


def _weights(modwatch: Parts) -> dict[int, int]:
    with modwatch.database.read() as connection:
        return demo_guild_violations(connection)


def _token(modwatch: Parts, guild_ids: list[int]) -> str:
    """A token of its own, which nobody has to revoke; when it ends there will be another."""
    now_ms = modwatch.clock()
    return create_token(
        modwatch.database,
        kind="bot",
        name="demo feed",
        guild_ids=guild_ids,
        role=None,
        expires_ms=now_ms + DAY_MS,
        created_by=None,
        now_ms=now_ms,
    )


def _own_url(settings: Settings) -> str:
    host = _EVERYWHERE.get(settings.bind, settings.bind)
    address = f"[{host}]" if ":" in host else host
    return f"http://{address}:{settings.port}"


def _summary(done: DemoLoaded) -> str:
    return (
        f"{done.guilds} invented servers: {done.new_events:,} new events,"
        f" {done.known_events:,} already there"
    )
