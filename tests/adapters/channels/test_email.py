"""Mail through a real SMTP server that fails at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest

from adapters.channels.email import Email
from adapters.outgoing.mail import MailServer, Step, hand_over, parse_mail_url
from domain.attempts import Outcome
from domain.messages import MessageKind
from tests.adapters.channels.sample import LONG, MESSAGE, Sender, ways
from tests.parts import until
from tests.servers.mail import (
    CUT,
    DROPS,
    KEPT_THEN_CUT,
    SILENCE,
    Post,
    mail_server,
)

SENDER = "Modwatch <alerts@modwatch.example.org>"
ADA, GRACE = "ada@example.org", "grace@example.org"
STOP = "https://modwatch.example.org/notifications/stop/abc"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


def server_at(post: Post, query: str = "", user: str = "") -> MailServer:
    return parse_mail_url(f"smtp://{user}127.0.0.1:{post.port}{query}", SENDER)


def mails(server: MailServer, *addresses: str) -> Sender:
    return Sender(Email(), {"addresses": list(addresses)}, ways(mail=server))


@pytest.fixture
def channel(post: Post) -> Sender:
    return mails(server_at(post), ADA)


def test_a_mail_has_its_facts_as_text_and_as_html(post: Post, channel: Sender) -> None:
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.answer) == (Outcome.SENT, "250 2.0.0 Ok: queued as 4Bx7")
    (letter,) = post.letters
    mail = letter.message
    assert (letter.sender, letter.recipients) == ("alerts@modwatch.example.org", [ADA])
    assert mail["Subject"] == "Critical: 14 violations in 60 s"
    assert mail["From"] == SENDER
    assert mail.get_content_type() == "multipart/alternative"
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        assert MESSAGE.text in body.get_content()
        assert "Violations" in body.get_content()
        assert "modwatch.example.org/?server=4242#alerts" in body.get_content()
    parsedate_to_datetime(mail["Date"])


def test_no_machine_answers_it_and_it_can_be_stopped(post: Post, channel: Sender) -> None:
    channel.send(target=ADA, stop_link=STOP)
    mail = post.letters[0].message
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<4242.modwatch.modwatch.example.org>"
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",))
    assert text is not None
    assert f"Stop these mails: {STOP}" in text.get_content()


def test_ids_and_links_are_as_they_were_written_however_long(post: Post) -> None:
    link = f"https://modwatch.example.org/notifications/stop/{'aB3_-' * 40}"
    domain = f"{'long-' * 11}name.of.a.domain.example.org"
    server = parse_mail_url(f"smtp://127.0.0.1:{post.port}", f"Modwatch <alerts@{domain}>")
    channel = mails(server, ADA)
    first = channel.send(target=ADA, stop_link=link)
    channel.send(target=ADA, stop_link=link, earlier=first.reference)
    assert first.reference is not None
    begun, later = (letter.content.decode().split("\r\n\r\n")[0] for letter in post.letters)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n" in begun
    assert f"\r\nMessage-ID: {first.reference}\r\n" in begun
    for name in ("In-Reply-To", "References"):
        assert f"\r\n{name}: {first.reference}\r\n" in later


def test_one_click_is_promised_over_https_only(post: Post, channel: Sender) -> None:
    channel.send(target=ADA, stop_link=STOP.replace("https", "http"))
    channel.send(target=ADA)
    first, second = (letter.message for letter in post.letters)
    assert "List-Unsubscribe" in first
    assert "List-Unsubscribe-Post" not in first
    assert "List-Unsubscribe" not in second


def test_an_alert_is_one_thread(post: Post, channel: Sender) -> None:
    first = channel.send(target=ADA)
    second = channel.send(target=ADA, kind=MessageKind.RESOLVED, earlier=first.reference)
    assert second.reference is None
    begun, resolved = (letter.message for letter in post.letters)
    assert begun["Message-ID"] == first.reference
    assert resolved["In-Reply-To"] == resolved["References"] == first.reference
    assert "In-Reply-To" not in begun


def test_each_attempt_has_the_same_message_id(post: Post, channel: Sender) -> None:
    for _ in range(2):
        channel.send(target=ADA)
    assert len({letter.message["Message-ID"] for letter in post.letters}) == 1


@pytest.mark.parametrize("kind", MessageKind)
def test_nothing_that_others_named_becomes_a_header_or_markup(
    post: Post, channel: Sender, kind: MessageKind
) -> None:
    attempt = channel.send(LONG, target=ADA, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt
    letter = post.letters[0]
    assert "Bcc" not in letter.message
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    assert len(letter.content) < 102_400
    html = letter.message.get_body(("html",))
    assert html is not None
    assert "<b>bold" not in html.get_content()


def test_a_line_that_is_one_dot_ends_nothing(post: Post, channel: Sender) -> None:
    channel.send(target=ADA, text="before\n.\n..\nafter")
    text = post.letters[0].message.get_body(("plain",))
    assert text is not None
    assert "before\n.\n..\nafter" in text.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_before_its_text_is_sent_a_cut_means_that_nothing_arrived(
    post: Post, channel: Sender, step: str
) -> None:
    post.fail(step, CUT, CUT)  # smtplib tries HELO where EHLO fails
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "connection_cut")
    assert channel.begun == (1 if step == "DATA" else 0)
    assert post.letters == []


@pytest.mark.parametrize(("fault", "letters"), [(CUT, 0), (KEPT_THEN_CUT, 1)])
def test_after_its_text_a_cut_leaves_it_open(
    post: Post, channel: Sender, fault: str, letters: int
) -> None:
    post.fail("END", fault)
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "connection_cut")
    assert len(post.letters) == letters


def test_a_cut_within_its_text_means_that_nothing_arrived(post: Post) -> None:
    """Its end has not left, and without that it is no message to any server."""
    post.fail("TEXT", CUT)
    large = b"Subject: large\r\n\r\n" + b"a line of text\r\n" * 2_000_000
    done = hand_over(server_at(post), "a@b.org", ADA, large, lambda: None)
    assert (done.step, done.code, done.answer) == (Step.RECIPIENT, None, "connection_cut")
    assert post.letters == []


@pytest.mark.parametrize("fault", [CUT, "421 4.3.2 going down"])
def test_what_was_accepted_is_sent_however_the_server_says_goodbye(
    post: Post, channel: Sender, fault: str
) -> None:
    post.fail("QUIT", fault)
    assert channel.send(target=ADA).outcome is Outcome.SENT
    until(lambda: "QUIT" in post.commands, 60, "a goodbye")
    assert len(post.letters) == 1


def test_a_server_that_says_no_goodbye_holds_nobody(post: Post) -> None:
    """Its yes is all that matters: who waited for more would be here until the deadline."""
    post.fail("QUIT", SILENCE)
    done = hand_over(server_at(post), "a@b.org", ADA, b"\r\nhi\r\n", lambda: None, 3_600)
    assert done.is_accepted
    until(lambda: "QUIT" in post.commands, 60, "a goodbye")


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("MAIL", "451 try later", Outcome.NOT_SENT),
        ("MAIL", "550 not you", Outcome.NOT_SENT),
        ("RCPT", "450 greylisted", Outcome.NOT_SENT),
        ("DATA", "451 try later", Outcome.NOT_SENT),
        ("DATA", "554 no valid recipients", Outcome.DEAD),
        ("END", "452 disk full", Outcome.NOT_SENT),
        ("END", "554 this is spam", Outcome.DEAD),
    ],
)
def test_what_a_server_says_at_each_step(
    post: Post, channel: Sender, step: str, answer: str, outcome: Outcome
) -> None:
    post.fail(step, answer)
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.answer) == (outcome, answer)
    assert attempt.reason.startswith("smtp_")
    assert not attempt.is_channel_broken
    assert post.letters == []


def test_another_yes_than_the_usual_is_one(post: Post, channel: Sender) -> None:
    """The first digit says it: what is taken for a no would be sent again and again."""
    post.fail("END", "251 queued elsewhere")
    assert channel.send(target=ADA).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("step", "outcome"), [("RCPT", Outcome.NOT_SENT), ("END", Outcome.IN_DOUBT)]
)
def test_what_is_no_answer_of_smtp_says_nothing(
    post: Post, channel: Sender, step: str, outcome: Outcome
) -> None:
    post.fail(step, "thanks for the mail")
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (outcome, "not_confirmed")


def test_a_refused_address_breaks_a_channel_that_has_no_other(post: Post) -> None:
    post.refused = {GRACE}
    alone = mails(server_at(post), GRACE).send(target=GRACE)
    assert (alone.outcome, alone.is_channel_broken) == (Outcome.DEAD, True)
    both = mails(server_at(post), ADA, GRACE)
    attempts = [both.send(target=address) for address in both.channel.targets(both.settings)]
    assert [attempt.outcome for attempt in attempts] == [Outcome.SENT, Outcome.DEAD]
    assert not any(attempt.is_channel_broken for attempt in attempts)
    assert [letter.recipients for letter in post.letters] == [[ADA]]


def test_an_answer_that_repeats_the_address_does_not_show_it(post: Post, channel: Sender) -> None:
    post.fail("RCPT", f"550 5.1.1 <{ADA}> is nobody here")
    assert channel.send(target=ADA).answer == "550 5.1.1 <***> is nobody here"


def test_without_a_mail_server_nothing_is_sent() -> None:
    attempt = Sender(Email(), {"addresses": [ADA]}, ways()).send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "no_mail_server")


def test_a_server_that_is_away_surely_got_nothing() -> None:
    with mail_server() as post:
        channel = mails(server_at(post), ADA)
    attempt = channel.send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "refused")


@pytest.mark.parametrize(
    ("step", "fault", "at"),
    [
        ("CONNECT", DROPS, Step.CONNECT),
        ("EHLO", DROPS, Step.LOGIN),
        ("MAIL", SILENCE, Step.SENDER),
        ("END", SILENCE, Step.DATA),
        ("END", DROPS, Step.DATA),
    ],
)
def test_one_deadline_holds_for_all_steps(post: Post, step: str, fault: str, at: Step) -> None:
    post.fail(step, fault)
    seconds = 1.5  # a busy machine has come to this step by then
    done = hand_over(server_at(post), "a@b.org", ADA, b"\r\nhi\r\n", lambda: None, seconds)
    assert (done.step, done.code, done.answer) == (at, None, "timeout")


def test_where_the_mark_cannot_be_set_nothing_is_sent(post: Post, channel: Sender) -> None:
    def lost() -> None:
        raise RuntimeError("another worker has it")

    message = replace(MESSAGE, target=ADA)
    with pytest.raises(RuntimeError, match="another worker"):
        channel.channel.send(message, channel.settings, channel.ways, lost)
    assert "DATA" not in post.commands
    assert post.letters == []
