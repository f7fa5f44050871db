"""The commands of `flask --app wsgi`."""

from __future__ import annotations

from click import Group
from flask import Flask
from flask_migrate import Migrate

from adapters.migrations import MIGRATIONS
from adapters.settings import Settings
from api import cli_demo, cli_events, cli_import, cli_rollups, cli_snapshots, cli_tokens
from api.command_group import CommandGroup


def install_commands(app: Flask, settings: Settings) -> None:
    migrate = Migrate(directory=str(MIGRATIONS))
    migrate.init_app(app)

    @migrate.configure
    def set_address(config):  # type: ignore[no-untyped-def]
        config.attributes["url"] = settings.database_url
        return config

    db = app.cli.commands["db"]
    assert isinstance(db, Group)
    for command in (
        CommandGroup(
            "db", commands=db.commands, callback=db.callback, params=db.params, help=db.help
        ),
        cli_demo.group,
        cli_events.group,
        cli_import.group,
        cli_rollups.group,
        cli_snapshots.group,
        cli_tokens.group,
    ):
        app.cli.add_command(command)
