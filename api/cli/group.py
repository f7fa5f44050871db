"""Groups of commands: examples in their help, failures in one line, and what exit codes mean.

0: done. 1: done, and something was found (a difference, a refused row). 2: misused. 3: not done.
130: interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import click
from click.exceptions import Exit, NoArgsIsHelpError
from flask.cli import AppGroup

from adapters.settings import SettingError

FOUND_SOMETHING, MISUSED, NOT_DONE, INTERRUPTED = 1, 2, 3, 130


class Command(click.Command):
    """A command whose help ends with examples, each a line to paste."""

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"  {example}\n")


class CommandGroup(AppGroup):
    command_class = Command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Exit, NoArgsIsHelpError):
            raise  # a group by itself tells what it has
        except (click.ClickException, KeyboardInterrupt) as error:
            _fail(error)
        except _not_possible() as error:
            raise FailedError(_why(error)) from None


class FailedError(click.ClickException):
    """The command could not do what it was told to."""

    exit_code = NOT_DONE


class MisusedError(click.ClickException):
    """click's own would tell in four lines what one says."""

    exit_code = MISUSED

    def __init__(self, error: click.UsageError) -> None:
        words = " ".join(error.format_message().split()).rstrip(".")
        command = f"{error.ctx.command_path} --help" if error.ctx else "--help"
        super().__init__(f"{words} (see {command})")


class InterruptedByHandError(click.ClickException):
    exit_code = INTERRUPTED


def _fail(error: click.ClickException | KeyboardInterrupt) -> NoReturn:
    """Raise what tells `error` in one line and ends with the exit code that it has."""
    if isinstance(error, click.UsageError):
        raise MisusedError(error) from None
    if isinstance(error, KeyboardInterrupt):
        raise InterruptedByHandError("interrupted") from None
    if error.exit_code != 1:
        raise error
    raise FailedError(str(error)) from None


def _not_possible() -> tuple[type[Exception], ...]:
    """Read when something was raised: SQLAlchemy is most of what a light command would read."""
    from sqlalchemy.exc import DBAPIError

    from adapters.sqlite import BusyError

    return BusyError, DBAPIError, SettingError


def _why(error: Exception) -> str:
    from sqlalchemy.exc import DBAPIError

    if not isinstance(error, DBAPIError):
        return str(error)
    reason = str(error.orig).strip().splitlines()[0]
    return (
        f"the database cannot be used: {reason} (is it up, and has `modwatch db upgrade` been run?)"
    )
