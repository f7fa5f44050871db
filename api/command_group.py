"""A group of commands whose failures are one line on standard error."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError


class CommandGroup(AppGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"the database cannot be used: {reason} (is it up, and has `flask --app wsgi db"
                " upgrade` been run?)"
            ) from None
