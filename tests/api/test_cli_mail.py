"""`modwatch mail test`: a whole report, through the operator's own server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.parts import make_web, settings_for
from tests.servers.mail import Post, mail_server


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


def run(sqlite_url: str, folder: Path, smtp_url: str, address: str) -> Result:
    web = make_web(settings_for(sqlite_url, folder, SMTP_URL=smtp_url))
    try:
        return web.app.test_cli_runner().invoke(args=["mail", "test", address])
    finally:
        web.parts.close()


def test_a_report_arrives_and_the_answer_is_printed(
    sqlite_url: str, tmp_path: Path, post: Post
) -> None:
    done = run(sqlite_url, tmp_path, f"smtp://127.0.0.1:{post.port}", "me@example.org")
    assert done.exit_code == 0, done.output
    first, drawn, last = done.stdout.splitlines()
    assert first == f"127.0.0.1:{post.port}, starttls, from Modwatch <modwatch@127.0.0.1>"
    assert drawn.startswith("drawn: a page of ")
    assert last == "sent (sent) 250 2.0.0 Ok: queued as 4Bx7"
    (letter,) = post.letters
    assert letter.recipients == ["me@example.org"]
    assert letter.message["Subject"].startswith("Test: An invented server: ")


def test_what_the_server_has_against_it_is_printed(
    sqlite_url: str, tmp_path: Path, post: Post
) -> None:
    post.fail("MAIL", "550 5.7.1 Sender refused")
    refused = run(sqlite_url, tmp_path, f"smtp://127.0.0.1:{post.port}", "me@example.org")
    assert refused.exit_code == 1
    assert refused.stdout.endswith("not_sent (smtp_sender_550) 550 5.7.1 Sender refused\n")


@pytest.mark.parametrize(
    ("smtp_url", "address", "word"),
    [("", "me@example.org", "MODWATCH_SMTP_URL"), ("smtp://127.0.0.1:9", "me", "mail addresses")],
)
def test_what_cannot_be_tried_says_why(
    sqlite_url: str, tmp_path: Path, smtp_url: str, address: str, word: str
) -> None:
    failed = run(sqlite_url, tmp_path, smtp_url, address)
    assert failed.exit_code == 3
    assert word in failed.stderr
