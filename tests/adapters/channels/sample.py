"""Messages and settings that the tests of all channels share."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from adapters.channels.base import Channel, Setting
from adapters.channels.registry import CHANNELS
from adapters.channels.ways import Ways
from adapters.outgoing.client import Outgoing
from adapters.outgoing.mail import MailServer
from adapters.outgoing.networks import parse_openings
from domain.attempts import Attempt
from domain.messages import Fact, Message, MessageKind, Priority
from tests.servers.providers.pagerduty import PagerDutyStandIn

HOSTILE = "@everyone <!channel> <@41> [x](http://evil.example) `code` & <b>bold</b> *loud* \\"
MESSAGE = Message(
    kind=MessageKind.FIRING,
    event_type="mass_violations",
    priority=Priority.CRITICAL,
    guild_id=4242,
    guild_name="The Lighthouse",
    title="14 violations in 60 s",
    text="Most of them by the rule “invites”.",
    link="https://modwatch.example.org/?server=4242#alerts",
    happened_ms=1_773_829_205_250,
    story="alert-0197-channel-3",
    delivery_id=UUID("019703d5-7c3a-7a64-9f43-2a8b7a1f8a11"),
    facts=(Fact("Violations", "14"), Fact("Rule", "invites")),
)
# As long and as strange as anything can be that members or owners have named.
LONG = replace(
    MESSAGE,
    guild_name=HOSTILE * 20,
    title=f"{HOSTILE}\r\nBcc: evil@example.org" * 50,
    text=HOSTILE * 500,
    facts=tuple(Fact(f"{number} {HOSTILE}" * 9, HOSTILE * 90) for number in range(60)),
    lines=tuple(f"{number} {HOSTILE}😀" * 9 for number in range(200)),
    event_type="mass_violations" * 9,
    story="s" * 700,
)
DISCORD_TOKEN = "aVery-Secret_token.of68characters-0123456789abcdefghijklmnopqrstuvwx"
ROUTING_KEY = PagerDutyStandIn.routing_key
API_KEY = "eb243592-faa2-4ba2-a551-q1afdf565c889"
SIGNING_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def ways(*ports: int, mail: MailServer | None = None, schemes: tuple[str, ...] = ()) -> Ways:
    """Ways out that reach loopback at these ports."""
    openings = parse_openings(",".join(f"127.0.0.0/8:{port}" for port in ports))
    return Ways(
        outgoing=Outgoing(openings),
        mail=mail,
        apprise_schemes=frozenset(schemes),
        clock=lambda: time.time_ns() // 1_000_000,
    )


def settings_of(kind: str, url: str) -> dict[str, Setting]:
    """Settings of a channel of this kind whose provider is at `url`."""
    known: dict[str, dict[str, Setting]] = {
        "discord": {"url": f"{url}/api/webhooks/1300/{DISCORD_TOKEN}"},
        "slack": {"url": f"{url}/services/T0KXQWZVY/B0MZRTPLK/aKj3bQnXvRz7Lw1MtYc9Sd5f"},
        "webhook": {
            "url": f"{url}/hooks/modwatch?token=Zx81Qpl4Mn",
            "signing_secret": SIGNING_SECRET,
        },
        "pagerduty": {"routing_key": ROUTING_KEY, "service": url},
        "opsgenie": {"api_key": API_KEY, "service": url},
        "jsm": {"api_key": API_KEY, "service": url},
    }
    return known[kind]


HTTP_KINDS = ("discord", "slack", "webhook", "pagerduty", "opsgenie", "jsm")


@dataclass
class Sender:
    """Sends through one channel, and counts how often it was about to."""

    channel: Channel
    settings: dict[str, Setting]
    ways: Ways
    begun: int = 0

    def send(self, message: Message = MESSAGE, **changes: Any) -> Attempt:
        return self.channel.send(
            replace(message, **changes), self.settings, self.ways, self._on_sending
        )

    def _on_sending(self) -> None:
        self.begun += 1


def sender(kind: str, url: str, port: int) -> Sender:
    return Sender(CHANNELS[kind], settings_of(kind, url), ways(port))
