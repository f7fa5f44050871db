"""`demo load | feed`."""

from __future__ import annotations

import click

from api.cli.group import CommandGroup
from api.cli.progress import progress_bar
from api.http.extension import parts
from services.demo.feeding import keep_feeding
from services.demo.load import (
    DemoLoaded,
    DemoSize,
    RealDataError,
    load_demo,
)

group = CommandGroup("demo")
_USUAL = DemoSize()


@group.command(
    "load",
    examples=[
        "modwatch demo load",
        "modwatch demo load --guilds 100 --days 90 --violations 100000 --seed 7",
    ],
)
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


@group.command(
    "feed",
    examples=[
        "modwatch demo feed",
        "modwatch demo feed --url http://127.0.0.1:8000 --interval 0.5",
    ],
)
@click.option("--url", help="Where the web process is; usually this machine's own.")
@click.option(
    "--interval", type=click.FloatRange(0.05, 60), default=3.0, show_default=True, help="Seconds."
)
def feed(url: str | None, interval: float) -> None:
    """Send live events for the invented servers, over HTTP as a bot does, until told to end."""
    keep_feeding(parts(), url, interval)


def _summary(done: DemoLoaded) -> str:
    return (
        f"{done.guilds} invented servers: {done.new_events:,} new events,"
        f" {done.known_events:,} already there"
    )
