"""What `modwatch` and `flask --app wsgi` can be told. A new group: its file here, and its line.

A group's file is read when it is used: web processes do without, help and completion are quick.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click
from click.shell_completion import CompletionItem
from flask import Flask
from flask.cli import ScriptInfo

from adapters.process.memory import load_undisturbed, settle
from adapters.version import this_version
from api.cli.group import NOT_DONE, CommandGroup

# Name, file in api/cli/, and what the list of groups says.
GROUPS = {
    "backup": ("backup", "Backups of the database: made, checked, put back, rehearsed."),
    "channels": ("channels", "Ways out of servers: Discord, mail, webhooks and the like."),
    "deliveries": ("deliveries", "Messages to channels: what was sent, what was not, and why."),
    "database": ("database", "All of it, to another database."),
    "db": ("db", "The schema of the database."),
    "exports": (
        "exports",
        "Exports: what waits, runs or failed; making one; old files.",
    ),
    "doctor": ("doctor", "Everything that can be looked at, and what to do about it."),
    "demo": ("demo", "Invented servers, to look around in."),
    "events": ("events", "Events of bots."),
    "guilds": ("guilds", "Which servers are hosted, and what they take."),
    "healthy": ("healthy", "Whether a process of this host lives, for health checks."),
    "import": ("imports", "Data of other bots."),
    "mail": ("mail", "Whether reports can be drawn and sent as mail."),
    "reports": ("reports", "Scheduled reports: what is planned, due and overdue; one made now."),
    "rollups": ("rollups", "Whether the counts are what the stored events say."),
    "secrets": ("secrets", "What is stored sealed, after a change of the secret key."),
    "snapshots": ("snapshots", "The finished answers of the read endpoints."),
    "work": ("work", "Long work: what waits, what runs, what failed."),
    "tokens": ("tokens", "Tokens for bots and for API clients."),
}


class Commands(CommandGroup):
    """The groups above, each read from its file when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in GROUPS:
            return None
        file, words = GROUPS[name]
        group: click.Command = import_module(f"api.cli.{file}").group
        group.help = words
        return group

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        named = [name for name in sorted(GROUPS) if name.startswith(incomplete)]
        groups = [CompletionItem(name, help=GROUPS[name][1]) for name in named]
        return [*groups, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in sorted(GROUPS.items())])


def main() -> None:
    """Run the command of this process's arguments, and exit with its code (see group.py)."""
    program = Commands(help="Look after Modwatch. Exit codes: docs/commands.md.")
    click.version_option(str(this_version()), prog_name="modwatch", message="%(prog)s %(version)s")(
        program
    )
    settle()
    try:
        program.main(prog_name="modwatch", obj=ScriptInfo(create_app=_application))
    except Exception:
        traceback.print_exc()  # a fault of ours; without this Python would end with 1
        sys.exit(NOT_DONE)


def _application() -> Flask:
    load_undisturbed()
    from api.cli.application import command_application  # help and completion do without

    app = command_application()
    settle()
    return app
