"""Mail: one message an address, through the operator's own server."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.mail_message import message_bytes, message_id, sender_address
from adapters.channels.redaction import redacted
from adapters.channels.ways import Ways
from adapters.outgoing.mail import DEADLINE_SECONDS, Handover, MailServer, Step, hand_over
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind

MOST_ADDRESSES = 50
MOST_CHARACTERS = 254  # RFC 5321
# With a file of some megabytes it takes longer, and still less than the lease of a delivery.
LARGE_BYTES, LARGE_DEADLINE_SECONDS = 1_000_000, 50.0
TOO_LARGE_NOTE = "The mail server takes no mail as large as this one would be with its files."
# ASCII only, and nothing that could end a command of SMTP.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)


def _address(text: str, ways: Ways) -> str:
    if ways.mail is None:
        raise ValueError("cannot be used: this Modwatch has no mail server (MODWATCH_SMTP_URL)")
    if len(text) > MOST_CHARACTERS or _ADDRESS.fullmatch(text) is None:
        raise ValueError("must be mail addresses like mods@example.org")
    return text


class Email(Channel):
    kind = "email"
    label = "Email"
    is_keyed = True  # by Message-ID, which most mailboxes fold
    lane = Lane.CHANNEL
    takes = frozenset(MessageKind)
    fields = (
        Field(
            name="addresses",
            label="Addresses",
            help=f"At most {MOST_ADDRESSES}; each gets a message of its own",
            is_list=True,
            is_private=True,
            most=MOST_ADDRESSES,
            check=_address,
        ),
    )
    setup = (
        "Enter the addresses; nobody sees the others.",
        "Each message has a link that ends them for its address.",
        "Send a test, and look into the spam folder as well.",
    )
    has_addresses = True
    leaves = (
        "Titles, counts, rule names and who acted, by the operator's mail server to each address."
    )

    def targets(self, settings: Settings) -> list[str]:
        return list(settings["addresses"])

    def secrets(self, settings: Settings) -> Iterable[str]:
        return ()

    def is_repeatable(self, message: Message) -> bool:
        """A report can wait until somebody says that it did not arrive; an alert cannot."""
        return message.kind is not MessageKind.REPORT

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        if (server := ways.mail) is None:
            return Attempt(outcome=Outcome.NOT_SENT, reason="no_mail_server")
        text = message_bytes(message, server.sender, ways.clock())
        sender = sender_address(server.sender)
        limit_seconds = LARGE_DEADLINE_SECONDS if len(text) > LARGE_BYTES else DEADLINE_SECONDS
        seconds = min(limit_seconds, ways.patience_seconds)
        smaller = partial(_without_files, message, server.sender, ways.clock())
        done = hand_over(
            server,
            sender,
            message.target,
            text,
            on_sending,
            seconds,
            smaller=smaller if message.report and message.report.files else None,
        )
        return _attempt(done, message, settings, server)


def _without_files(message: Message, sender: str, now_ms: int) -> bytes:
    assert message.report is not None
    bare = replace(message, report=replace(message.report, files=()))
    return message_bytes(bare, sender, now_ms, TOO_LARGE_NOTE)


def _attempt(done: Handover, message: Message, settings: Settings, server: MailServer) -> Attempt:
    """With several addresses a refused one says nothing of the channel."""
    outcome = _outcome(done)
    is_gone = done.step is Step.RECIPIENT and outcome is Outcome.DEAD
    return Attempt(
        outcome=outcome,
        reason=_reason(done),
        answer="" if done.code is None else _said(done, server),
        reference=None if message.earlier else message_id(message, server.sender),
        is_channel_broken=is_gone and len(settings["addresses"]) == 1,
    )


def _outcome(done: Handover) -> Outcome:
    """What the operator's server has against us may be mended; against an address it stays."""
    if done.is_accepted:
        return Outcome.SENT
    if done.code is None or done.code < 400:  # no answer, or none that anybody understands
        return Outcome.IN_DOUBT if done.step is Step.DATA else Outcome.NOT_SENT
    is_final = done.code >= 500 and done.step in (Step.RECIPIENT, Step.DATA)
    return Outcome.DEAD if is_final else Outcome.NOT_SENT


def _reason(done: Handover) -> str:
    if done.is_accepted:
        return "sent"
    return done.answer if done.code is None else f"smtp_{done.step}_{done.code}"


def _said(done: Handover, server: MailServer) -> str:
    """A server may repeat the password at any step; at LOGIN, in forms that nobody knows as well.

    Of that step only the number is kept.
    """
    if done.step is Step.LOGIN:
        return str(done.code)
    return redacted(f"{done.code} {done.answer}", [server.password])
