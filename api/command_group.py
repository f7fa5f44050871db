"""A group of commands whose failures are one line on standard error."""

from __future__ import annotations

from typing import Any

import click
from click.exceptions import NoArgsIsHelpError
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError


class CommandGroup(AppGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NoArgsIsHelpError:
            raise  # a group by itself tells what it has
        except click.UsageError as error:
            raise MisusedError(error) from None
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise click.ClickException(
                f"the database cannot be used: {reason} (is it up, and has `flask --app wsgi db"
                " upgrade` been run?)"
            ) from None


class MisusedError(click.ClickException):
    """click's own would tell in four lines what one says."""

    exit_code = 2

    def __init__(self, error: click.UsageError) -> None:
        words = " ".join(error.format_message().split()).rstrip(".")
        command = f"{error.ctx.command_path} --help" if error.ctx else "--help"
        super().__init__(f"{words} (see {command})")
