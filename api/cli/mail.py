"""`mail test`."""

from __future__ import annotations

import click

from adapters.channels.base import SettingsError
from adapters.drawing.draw import DrawingError
from api.cli.group import FOUND_SOMETHING, CommandGroup, FailedError
from api.cli.table import plain
from api.http.extension import parts
from domain.attempts import Outcome
from domain.export_life import size_words
from services.reports.trying import send_sample

group = CommandGroup("mail")


@group.command("test", examples=["modwatch mail test me@example.org"])
@click.argument("address")
def test(address: str) -> None:
    """Send a report with invented figures and print what the mail server said; 1 if it failed."""
    server = parts().settings.mail_server
    if server is not None:
        click.echo(f"{server.host}:{server.port}, {server.security}, from {plain(server.sender)}")
    try:
        tried = send_sample(parts(), address)
    except SettingsError as error:
        raise FailedError(str(error)) from None
    except DrawingError as error:
        raise FailedError(f"the report could not be drawn: {error}") from None
    picture, page = size_words(tried.picture_bytes), size_words(tried.page_bytes)
    click.echo(f"drawn: a page of {page}, a picture of {picture}")
    attempt = tried.attempt
    click.echo(f"{attempt.outcome} ({attempt.reason}) {plain(attempt.answer)}".rstrip())
    if attempt.outcome is not Outcome.SENT:
        click.get_current_context().exit(FOUND_SOMETHING)
