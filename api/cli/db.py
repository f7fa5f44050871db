"""`db upgrade | current | ...`: Flask-Migrate's commands, each with an example of ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as theirs
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from adapters.encoding import refuse_other_encodings
from adapters.migrations import MIGRATIONS, is_later, set_address
from adapters.secret_box import guild_secrets
from api.cli.group import NOT_DONE, Command, CommandGroup, FailedError
from api.http.extension import parts

# For so long, and so often, it is tried to get at a table that somebody reads for long.
PATIENCE_SECONDS, AGAIN_SECONDS = 600.0, 5.0
HELD = "somebody reads a table for long (a dump, an export)"
# What has no example is not offered: `init` and `list-templates`, since the history is there.
EXAMPLES = {
    "branches": "modwatch db branches",
    "check": "modwatch db check",
    "current": "modwatch db current",
    "downgrade": "modwatch db downgrade",
    "edit": "modwatch db edit head",
    "heads": "modwatch db heads",
    "history": "modwatch db history --indicate-current",
    "merge": "modwatch db merge -m 'two branches' heads",
    "migrate": "modwatch db migrate -m 'a table of notes'",
    "revision": "modwatch db revision -m 'a step written by hand'",
    "show": "modwatch db show head",
    "stamp": "modwatch db stamp head",
    "upgrade": "modwatch db upgrade",
}


class DatabaseGroup(CommandGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SystemExit as ended:
            # Flask-Migrate ends with 1 whatever went wrong; only `check` looks for something.
            if ended.code == 1 and ctx.invoked_subcommand != "check":
                raise SystemExit(NOT_DONE) from None
            raise


@with_appcontext
def prepare(**options: Any) -> None:
    migrate = Migrate(directory=str(MIGRATIONS))
    migrate.configure(_set_address)
    migrate.init_app(current_app)
    assert theirs.callback is not None
    theirs.callback(**options)


def _set_address(config: Any) -> Any:
    settings = parts().settings
    refuse_other_encodings(settings)
    set_address(config, settings.database_url)
    config.attributes["secrets"] = guild_secrets(settings.secret_keys)
    return config


def _unless_later(upgrade: Callable[..., Any]) -> Callable[..., Any]:
    """After a rollback the schema is ahead, and every start of containers migrates first."""

    @wraps(upgrade)
    def run(**options: Any) -> Any:
        if is_later(parts().database):
            click.echo("the schema is a later release's, which is read as well: nothing to do")
            return None
        # Migrations need one connection. There may be no other: of a small pooler, a limited role.
        parts().database.engine.dispose()
        return _until_nobody_reads(lambda: upgrade(**options))

    return run


def _until_nobody_reads(upgrade: Callable[[], Any]) -> Any:
    """A migration that finds a table being read gives it up again at once, with all that it did."""
    until_seconds = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return upgrade()
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            if time.monotonic() > until_seconds:
                raise FailedError(f"{HELD}: run it again, what is done stays done") from None
            click.echo(f"{HELD}: trying again", err=True)
            time.sleep(AGAIN_SECONDS)


def _with_example(name: str, example: str) -> Command:
    its = theirs.commands[name]
    assert its.callback is not None
    callback = _unless_later(its.callback) if name == "upgrade" else its.callback
    return Command(name, callback=callback, params=its.params, help=its.help, examples=[example])


group = DatabaseGroup(
    "db",
    callback=prepare,
    params=theirs.params,
    commands={name: _with_example(name, example) for name, example in EXAMPLES.items()},
)
