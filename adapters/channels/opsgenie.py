"""Opsgenie, and Jira Service Management, which speaks the same API under another address.

https://docs.opsgenie.com/docs/alert-api, https://support.atlassian.com/jira-service-management-cloud
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.exchange import Exchange, post_json
from adapters.channels.ways import Ways
from adapters.channels.wording import (
    OPEN_WORDS,
    fitted,
    fitted_key,
    headline,
    paragraphs,
    without_controls,
)
from adapters.outgoing.addresses import checked_address
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind, Priority
from domain.one_line import isolated

MOST_MESSAGE, MOST_ALIAS, MOST_DESCRIPTION, MOST_ENTITY, MOST_SOURCE = 130, 512, 15_000, 512, 100
MOST_TAGS, MOST_TAG, MOST_DETAILS, MOST_DETAIL = 20, 50, 50, 100
PRIORITIES = {
    Priority.CRITICAL: "P1",
    Priority.HIGH: "P2",
    Priority.MEDIUM: "P3",
    Priority.LOW: "P4",
}
CREATES = (MessageKind.FIRING, MessageKind.NOTIFICATION, MessageKind.TEST)
ACTIONS = {MessageKind.ACKNOWLEDGED: "acknowledge", MessageKind.RESOLVED: "close"}
_KEY = re.compile(r"[A-Za-z0-9-]{20,100}")


def _key(text: str, _ways: Ways) -> str:
    if _KEY.fullmatch(text) is None:
        raise ValueError("must be the API key of the integration: letters, digits and hyphens")
    return text


_API_KEY = Field(name="api_key", label="API key", is_secret=True, check=_key)


class _Alerts(Channel):
    """What both have in common; `_root` is where the API is."""

    is_keyed = True
    lane = Lane.ALERT
    takes = frozenset((*CREATES, *ACTIONS))
    hosts: ClassVar[tuple[str, ...]]
    path: ClassVar[str]

    def secrets(self, settings: Settings) -> Iterable[str]:
        yield str(settings["api_key"])

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        alias = fitted_key(message.story, MOST_ALIAS)
        body = _content(message, alias) if message.kind in CREATES else _action_body(message)
        done = self._ask(ACTIONS.get(message.kind), alias, body, settings, ways, on_sending)
        if message.kind is MessageKind.TEST and done.attempt.outcome is Outcome.SENT:
            # A test leaves no alert behind.
            self._ask("close", alias, _action_body(message), settings, ways, lambda: None)
        return _judged(done.attempt)

    def _ask(
        self,
        action: str | None,
        alias: str,
        body: dict[str, Any],
        settings: Settings,
        ways: Ways,
        on_sending: OnSending,
    ) -> Exchange:
        address = f"{str(settings['service']).rstrip('/')}{self.path}"
        if action is not None:
            address += f"/{quote(alias, safe='')}/{action}?identifierType=alias"
        headers = {"Authorization": f"GenieKey {settings['api_key']}"}
        return post_json(ways, address, body, on_sending, headers=headers)


class Opsgenie(_Alerts):
    kind = "opsgenie"
    label = "Opsgenie"
    path = "/v2/alerts"
    hosts = ("api.opsgenie.com", "api.eu.opsgenie.com")
    fields = (
        _API_KEY,
        Field(
            name="service",
            label="Service region",
            help="https://api.eu.opsgenie.com for accounts in Europe",
            default="https://api.opsgenie.com",
            check=lambda text, ways: checked_address(text, Opsgenie.hosts, ways.outgoing.openings),
        ),
    )
    setup = (
        "Atlassian ends this API on 5 April 2027: choose Jira Service Management if you can.",
        "In Opsgenie open the team, then Integrations, then Add integration, and choose API.",
        "Switch it on, let it create and update alerts, and copy the API key.",
    )
    leaves = "Titles, counts and rule names, to Opsgenie and to those on call there."


class JiraServiceManagement(_Alerts):
    kind = "jsm"
    label = "Jira Service Management"
    path = "/jsm/ops/integration/v2/alerts"
    hosts = ("api.atlassian.com",)
    fields = (
        _API_KEY,
        Field(
            name="service",
            label="Service",
            default="https://api.atlassian.com",
            check=lambda text, ways: checked_address(
                text, JiraServiceManagement.hosts, ways.outgoing.openings
            ),
        ),
    )
    setup = (
        "In Jira Service Management open Operations, the team, then Integrations.",
        "Add an API integration, switch it on, and copy its API key.",
    )
    leaves = "Titles, counts and rule names, to Atlassian and to those on call there."


def _judged(attempt: Attempt) -> Attempt:
    """A refused key is gone until a person changes it; a missing alert says nothing of the key."""
    return replace(attempt, is_channel_broken=attempt.http_status == 401)


def _content(message: Message, alias: str) -> dict[str, Any]:
    description = "\n\n".join((*paragraphs(message), f"{OPEN_WORDS}: {message.link}"))
    return {
        "message": fitted(without_controls(headline(message)), MOST_MESSAGE),
        "alias": alias,
        "description": fitted(description, MOST_DESCRIPTION),
        "priority": PRIORITIES[message.priority],
        "entity": fitted(isolated(message.guild_name), MOST_ENTITY),
        "source": "Modwatch",
        "tags": [
            fitted(message.event_type, MOST_TAG),
            fitted(f"server-{message.guild_id}", MOST_TAG),
        ],
        "details": {
            fitted(fact.name, MOST_DETAIL): fitted(fact.value, MOST_DETAIL)
            for fact in message.facts[:MOST_DETAILS]
        },
    }


def _action_body(message: Message) -> dict[str, Any]:
    return {
        "source": "Modwatch",
        "note": fitted(headline(message), MOST_DETAIL),
    }
