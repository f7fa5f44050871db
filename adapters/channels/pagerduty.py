"""PagerDuty's Events API v2: https://developer.pagerduty.com/docs/send-alert-event"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.exchange import post_json
from adapters.channels.ways import Ways
from adapters.channels.wording import OPEN_WORDS, fitted, fitted_key, headline, without_controls
from adapters.outgoing.addresses import checked_address
from domain.attempts import Attempt, Outcome
from domain.clock import rfc3339
from domain.messages import Message, MessageKind, Priority
from domain.one_line import isolated

HOSTS = ("events.pagerduty.com", "events.eu.pagerduty.com")
MOST_KEY, MOST_SUMMARY, MOST_DETAIL, MOST_DETAILS = 255, 1024, 1000, 50
ACTIONS = {
    MessageKind.FIRING: "trigger",
    MessageKind.NOTIFICATION: "trigger",
    MessageKind.TEST: "trigger",
    MessageKind.ACKNOWLEDGED: "acknowledge",
    MessageKind.RESOLVED: "resolve",
}
SEVERITIES = {
    Priority.CRITICAL: "critical",
    Priority.HIGH: "error",
    Priority.MEDIUM: "warning",
    Priority.LOW: "info",
}
_KEY = re.compile(r"[A-Za-z0-9]{32}")


def _key(text: str, _ways: Ways) -> str:
    if _KEY.fullmatch(text) is None:
        raise ValueError("must be the 32 letters and digits of an Events API V2 integration")
    return text


class PagerDuty(Channel):
    kind = "pagerduty"
    label = "PagerDuty"
    is_keyed = True
    lane = Lane.ALERT
    takes = frozenset(ACTIONS)
    fields = (
        Field(
            name="routing_key",
            label="Integration key",
            help="32 letters and digits",
            is_secret=True,
            check=_key,
        ),
        Field(
            name="service",
            label="Service region",
            help="https://events.eu.pagerduty.com for accounts in Europe",
            default="https://events.pagerduty.com",
            check=lambda text, ways: checked_address(text, HOSTS, ways.outgoing.openings),
        ),
    )
    setup = (
        "In PagerDuty open the service, then Integrations, then Add an integration.",
        "Choose Events API V2 and copy the integration key.",
        "Choose the region in which your account is.",
    )
    leaves = "Titles, counts and rule names, to PagerDuty and to those on call there."

    def secrets(self, settings: Settings) -> Iterable[str]:
        yield str(settings["routing_key"])

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        attempt = _enqueue(message, ACTIONS[message.kind], settings, ways, on_sending)
        if message.kind is MessageKind.TEST and attempt.outcome is Outcome.SENT:
            # A test leaves no incident behind.
            _enqueue(message, "resolve", settings, ways, lambda: None)
        return attempt


def _enqueue(
    message: Message,
    action: str,
    settings: Settings,
    ways: Ways,
    on_sending: Callable[[], None],
) -> Attempt:
    key = fitted_key(message.story, MOST_KEY)
    body = {"routing_key": settings["routing_key"], "event_action": action, "dedup_key": key}
    if action == "trigger":
        body |= _content(message)
    address = f"{str(settings['service']).rstrip('/')}/v2/enqueue"
    attempt = post_json(ways, address, body, on_sending).attempt
    # That address is theirs and not the owner's: 404 says nothing of the key.
    return replace(attempt, is_channel_broken=False)


def _content(message: Message) -> dict[str, Any]:
    details = {fact.name: fitted(fact.value, MOST_DETAIL) for fact in message.facts[:MOST_DETAILS]}
    return {
        "payload": {
            "summary": fitted(without_controls(headline(message)), MOST_SUMMARY),
            "source": fitted(f"Discord server {isolated(message.guild_name)}", MOST_KEY),
            "severity": SEVERITIES[message.priority],
            "timestamp": rfc3339(message.happened_ms),
            "component": "moderation",
            "group": str(message.guild_id),
            "class": message.event_type,
            "custom_details": {"text": fitted(message.text, MOST_DETAIL), **details},
        },
        "links": [{"href": message.link, "text": OPEN_WORDS}],
        "client": "Modwatch",
        "client_url": message.link,
    }
