"""Reports as mails, through a real server: as programs read them, with their files and ways out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from adapters.channels.email import TOO_LARGE_NOTE, Email
from adapters.channels.wording import REPEAT_NOTE
from adapters.outgoing.mail import parse_mail_url
from domain.attempts import Outcome
from domain.messages import NOTE_PLACE
from tests.adapters.channels.reported import FILE, ROWS, STOP, content, report_message
from tests.adapters.channels.sample import HOSTILE, Sender, ways
from tests.servers.mail import CUT, KEPT_THEN_CUT, Post, mail_server

ADA = "ada@example.org"
SENDER = "Modwatch <reports@modwatch.example.org>"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def mails(post: Post) -> Sender:
    server = parse_mail_url(f"smtp://127.0.0.1:{post.port}", SENDER)
    return Sender(Email(), {"addresses": [ADA]}, ways(mail=server))


def shape(mail: Any) -> Any:
    """Its parts by type, each with those within it."""
    if not mail.is_multipart():
        return mail.get_content_type()
    return {mail.get_content_subtype(): [shape(part) for part in mail.iter_parts()]}


def part_of(mail: EmailMessage, name: str) -> str:
    body = mail.get_body((name,))
    assert body is not None
    return str(body.get_content())


def test_a_mail_has_text_page_picture_and_file(post: Post, mails: Sender) -> None:
    attempt = mails.send(report_message(), target=ADA)
    assert (attempt.outcome, mails.begun) == (Outcome.SENT, 1)
    mail = post.letters[0].message
    page = {"related": ["text/html", "image/png"]}
    assert shape(mail) == {"mixed": [{"alternative": ["text/plain", page]}, "text/csv"]}
    assert mail["Subject"] == "Test: The Lighthouse: Mon 16 to Sun 22 November 2026"
    (file,) = mail.iter_attachments()
    assert file.get_filename() == FILE.name
    assert file.get_payload(decode=True) == ROWS
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture.get_payload(decode=True) == content(FILE).png
    assert f"cid:{str(picture['Content-ID']).strip('<>')}" in part_of(mail, "html")
    assert f"SHA-256: {FILE.sha256}" in part_of(mail, "plain")


def test_a_mail_can_be_stopped_by_program_and_by_hand(post: Post, mails: Sender) -> None:
    mails.send(report_message(), target=ADA)
    mail = post.letters[0].message
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert part_of(mail, "plain").rstrip().endswith(f"Stop this report: {STOP}")
    assert f'href="{STOP}"' in part_of(mail, "html")


def test_each_try_has_the_same_bytes(post: Post, mails: Sender) -> None:
    for _ in range(2):
        mails.send(report_message(), target=ADA)
    assert post.letters[0].content == post.letters[1].content


def test_what_may_have_arrived_before_says_so(post: Post, mails: Sender) -> None:
    for is_repeat in (True, False):
        mails.send(report_message(), target=ADA, is_repeat=is_repeat)
    again, first = (letter.message for letter in post.letters)
    for name in ("plain", "html"):
        assert REPEAT_NOTE in part_of(again, name)
        assert REPEAT_NOTE not in part_of(first, name)
    assert NOTE_PLACE not in part_of(first, "html")


def test_a_hostile_name_ends_no_header(post: Post, mails: Sender) -> None:
    name = f"{HOSTILE}\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>"
    mails.send(report_message(content(guild_name=name)), target=ADA)
    (letter,) = post.letters
    assert letter.recipients == [ADA]
    assert letter.message["Bcc"] is None
    assert "<script" not in part_of(letter.message, "html")


def test_a_file_that_is_too_large_or_gone_is_a_link(post: Post, mails: Sender) -> None:
    large = replace(FILE, why_not="It is too large for a mail.")
    mails.send(report_message(content(large)), target=ADA)
    mails.send(report_message(rows=None), target=ADA)
    for letter in post.letters:
        assert list(letter.message.iter_attachments()) == []
        assert FILE.link in part_of(letter.message, "html")
    assert f"It is too large for a mail. Get the file: {FILE.link}" in part_of(
        post.letters[0].message, "plain"
    )


@pytest.mark.parametrize(("most_bytes", "is_attached"), [(150_000, False), (400_000, True)])
def test_what_the_server_finds_too_large_goes_without_its_files(
    most_bytes: int, is_attached: bool
) -> None:
    large = replace(FILE, size_bytes=100_000)
    with mail_server(most_bytes=most_bytes) as post:
        server = parse_mail_url(f"smtp://127.0.0.1:{post.port}", SENDER)
        mails = Sender(Email(), {"addresses": [ADA]}, ways(mail=server))
        attempt = mails.send(report_message(content(large), b"x" * 100_000), target=ADA)
    assert attempt.outcome is Outcome.SENT, attempt.answer
    (letter,) = post.letters
    assert bool(list(letter.message.iter_attachments())) == is_attached
    for name in ("plain", "html"):
        assert (TOO_LARGE_NOTE in part_of(letter.message, name)) != is_attached
        assert FILE.link in part_of(letter.message, name)


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_what_is_cut_before_the_text_was_surely_not_sent(
    post: Post, mails: Sender, step: str
) -> None:
    post.fail(step, CUT)
    attempt = mails.send(report_message(), target=ADA)
    assert attempt.outcome is Outcome.NOT_SENT
    assert mails.begun == (step == "DATA")


def test_what_is_cut_after_the_text_is_in_doubt(post: Post, mails: Sender) -> None:
    post.fail("END", KEPT_THEN_CUT)
    assert mails.send(report_message(), target=ADA).outcome is Outcome.IN_DOUBT
    assert len(post.letters) == 1
