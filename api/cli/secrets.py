"""`secrets reseal`."""

from __future__ import annotations

import sys

import click

from api.cli.group import FOUND_SOMETHING, CommandGroup, FailedError
from api.http.extension import parts
from services.operations.secrets import reseal

group = CommandGroup("secrets")


@group.command("reseal", examples=["modwatch secrets reseal"])
def reseal_all() -> None:
    """Seal everything under MODWATCH_SECRET_KEY; exit 1 where something cannot be read.

    After a change of the key, with the one before in MODWATCH_SECRET_KEY_OLD. Runs beside the
    server, and may be run again; the old key can go once this exits with 0.
    """
    modwatch = parts()
    if not modwatch.settings.secret_keys_old:
        # A process of before the change finds all sealed under its key, which is about to go.
        raise FailedError("MODWATCH_SECRET_KEY_OLD is not set here: are these the new settings?")
    done = reseal(modwatch.database, modwatch.boxes)
    click.echo(f"{done.seen} sealed values, {done.changed} sealed anew")
    if done.unreadable:
        click.echo(f"{done.unreadable} cannot be read with the keys that are set", err=True)
        sys.exit(FOUND_SOMETHING)
