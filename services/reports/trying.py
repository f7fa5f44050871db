"""Sending a report with invented figures to one address: whether mails can be drawn and sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from adapters.channels.email import Email
from domain.attempts import Attempt
from domain.messages import Message, MessageKind, Priority
from services.container import Parts
from services.reports.building import drawn
from services.reports.content import Content
from services.reports.message import report_part
from services.reports.sample import sample_report

GUILD_NAME = "An invented server"


@dataclass(frozen=True, slots=True)
class Tried:
    """What was drawn, in bytes, and what the mail server said."""

    picture_bytes: int
    page_bytes: int
    attempt: Attempt


def send_sample(parts: Parts, address: str) -> Tried:
    """Draw and send it. Raises SettingsError for what is no address, or without a mail server;
    DrawingError.
    """
    channel, ways = Email(), parts.ways()
    settings = channel.checked({"addresses": [address]}, ways)
    content = drawn(sample_report(parts.settings.public_url, GUILD_NAME))
    message = _message(content, address, parts.clock())
    attempt = channel.send(message, settings, ways, lambda: None)
    return Tried(len(content.png), len(content.html.encode()), attempt)


def _message(content: Content, address: str, now_ms: int) -> Message:
    delivery_id = uuid4()
    return Message(
        kind=MessageKind.REPORT,
        event_type="test",
        priority=Priority.LOW,
        guild_id=0,
        guild_name=GUILD_NAME,
        title=content.title,
        text=content.text,
        link=content.link,
        happened_ms=now_ms,
        story=f"test:{delivery_id.hex}",
        delivery_id=delivery_id,
        target=address,
        report=report_part(content, None, lambda _file: None),
    )
