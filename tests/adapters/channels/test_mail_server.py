"""The operator's mail server: its address, TLS and logins."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest
import trustme

from adapters.channels.email import Email
from adapters.outgoing.mail import MailServer, Security, parse_mail_url
from domain.attempts import Outcome
from tests.adapters.channels.sample import Sender, ways
from tests.servers.mail import CUT, PASSWORD, USER, Post, mail_server

SENDER = "Modwatch <alerts@modwatch.example.org>"
ADA = "ada@example.org"


def server_at(post: Post, query: str = "", user: str = "") -> MailServer:
    return parse_mail_url(f"smtp://{user}127.0.0.1:{post.port}{query}", SENDER)


def mails(server: MailServer) -> Sender:
    return Sender(Email(), {"addresses": [ADA]}, ways(mail=server))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _contexts(authority: trustme.CA) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server at 127.0.0.1, and of a client that trusts it."""
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    return theirs, ours


def test_a_login_needs_tls_and_the_right_password(authority: trustme.CA) -> None:
    theirs, ours = _contexts(authority)
    with mail_server(starttls=theirs, login=True) as post:
        good = replace(server_at(post, "?starttls=required", f"{USER}:x@"), tls=ours)
        for password, outcome in ((PASSWORD, Outcome.SENT), ("wrong", Outcome.NOT_SENT)):
            attempt = mails(replace(good, password=password)).send(target=ADA)
            assert attempt.outcome is outcome
            assert PASSWORD not in f"{attempt}{good}"
        assert attempt.reason == "smtp_login_535"


@pytest.mark.parametrize("step", ["STARTTLS", "TLS", "AUTH"])
def test_a_cut_before_it_is_known_who_we_are_means_that_nothing_arrived(
    authority: trustme.CA, step: str
) -> None:
    theirs, ours = _contexts(authority)
    with mail_server(starttls=theirs, login=True) as post:
        post.fail(step, CUT)
        good = replace(server_at(post, "?starttls=required", f"{USER}:x@"), tls=ours)
        channel = mails(replace(good, password=PASSWORD))
        attempt = channel.send(target=ADA)
        assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "connection_cut")
        assert channel.begun == 0
        assert PASSWORD not in f"{attempt}"
        assert channel.send(target=ADA).outcome is Outcome.SENT
        assert len(post.letters) == 1


def test_smtps_is_encrypted_from_the_first_byte(authority: trustme.CA) -> None:
    theirs, ours = _contexts(authority)
    with mail_server(tls=theirs) as post:
        server = parse_mail_url(f"smtps://127.0.0.1:{post.port}", SENDER)
        assert mails(replace(server, tls=ours)).send(target=ADA).outcome is Outcome.SENT


def test_a_required_starttls_that_is_not_offered_sends_nothing() -> None:
    with mail_server() as post:
        attempt = mails(server_at(post, "?starttls=required")).send(target=ADA)
    assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "tls")
    assert "MAIL" not in post.commands


def test_a_certificate_of_another_ends_it(authority: trustme.CA) -> None:
    theirs, _ = _contexts(authority)
    with mail_server(starttls=theirs) as post:
        attempt = mails(server_at(post)).send(target=ADA)
        assert (attempt.outcome, attempt.reason) == (Outcome.NOT_SENT, "tls")
        assert post.letters == []


@pytest.mark.parametrize(
    ("text", "port", "security", "user"),
    [
        ("smtp://mail.example.org", 587, Security.STARTTLS, ""),
        ("smtp://mail.example.org:25?starttls=never", 25, Security.NONE, ""),
        ("smtp://u%40x:p%2Fq@mail.example.org?starttls=required", 587, "starttls_required", "u@x"),
        ("smtps://u:p@mail.example.org", 465, Security.TLS, "u"),
    ],
)
def test_the_address_of_a_mail_server(text: str, port: int, security: str, user: str) -> None:
    server = parse_mail_url(text, SENDER)
    assert (server.port, server.security, server.user) == (port, security, user)


@pytest.mark.parametrize(
    "text",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://u:secret@mail.example.org:x",
        "smtp://u:secret@mail.example.org?tls=yes",
        "smtp://u:secret@mail.example.org?starttls=maybe",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(text: str) -> None:
    with pytest.raises(ValueError, match="must be like smtp://") as refused:
        parse_mail_url(text, SENDER)
    assert "secret" not in str(refused.value)
