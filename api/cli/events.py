"""`events ingest`."""

from __future__ import annotations

import sys
from typing import IO

import click

from api.cli.group import CommandGroup
from api.cli.progress import progress_bar
from api.cli.table import plain
from api.http.extension import parts
from schemas.events.body import Errors
from services.ingest.file import EventFile

group = CommandGroup("events")


@group.command(
    "ingest",
    examples=[
        "modwatch events ingest events.ndjson",
        "zcat events.ndjson.gz | modwatch events ingest -",
    ],
)
@click.argument("file", type=click.File("rb"))
def ingest(file: IO[bytes]) -> None:
    """Ingest FILE (- is stdin): one event a line, as in POST /ingest.

    Events that were stored before count as duplicates. Lines that are refused are told on stderr,
    the others are stored; the exit code is 1 if any was refused.
    """
    modwatch = parts()
    events = EventFile(modwatch.database, modwatch.clock, _say_rejected)
    with progress_bar("lines", None) as advance:
        for lines in events.ingest(file):
            advance(lines)
    if events.done.accepted:
        modwatch.queue.wake_materialiser()
    done = events.done
    click.echo(
        f"{done.accepted:,} accepted, {done.duplicates:,} duplicates, {done.rejected:,} rejected"
    )
    sys.exit(1 if done.rejected else 0)


def _say_rejected(number: int, errors: Errors) -> None:
    reasons = "; ".join(f"{name}: {_words(messages)}" for name, messages in errors.items())
    click.echo(plain(f"line {number}: {reasons}"), err=True)


def _words(messages: object) -> str:
    """marshmallow nests the messages of nested fields by their name."""
    if isinstance(messages, dict):
        return ", ".join(f"{name}: {_words(inner)}" for name, inner in messages.items())
    return ", ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
