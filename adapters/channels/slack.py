"""Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.exchange import post_json
from adapters.channels.ways import Ways
from adapters.channels.wording import OPEN_WORDS, fitted, headline, paragraphs, without_controls
from adapters.outgoing.addresses import checked_address
from domain.attempts import Attempt, Outcome
from domain.messages import Message, MessageKind, Report
from domain.one_line import isolated

HOSTS = ("hooks.slack.com",)
MOST_HEADER, MOST_SECTION, MOST_FIELDS, MOST_FIELD = 150, 3000, 10, 2000
GONE = ("channel_is_archived", "no_service", "channel_not_found", "action_prohibited")
# Other refusals that it names; what comes after one of these is refused as well, or may not be.
REFUSED = (
    *("invalid_payload", "invalid_blocks", "no_text", "too_many_attachments", "invalid_token"),
    *("no_active_hooks", "no_team", "team_disabled", "posting_to_general_channel_denied"),
)
PACE_MS = 1000  # Slack takes about one message a second
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _address(text: str, ways: Ways) -> str:
    address = checked_address(text, HOSTS, ways.outgoing.openings)
    if not urlsplit(address).path.startswith("/services/"):
        raise ValueError("must begin with https://hooks.slack.com/services/")
    return address


class Slack(Channel):
    kind = "slack"
    label = "Slack"
    is_keyed = False
    lane = Lane.CHANNEL
    takes = frozenset(MessageKind)
    fields = (
        Field(
            name="url",
            label="Webhook address",
            help="Begins with https://hooks.slack.com/services/",
            is_secret=True,
            check=_address,
        ),
    )
    setup = (
        "Open api.slack.com/apps, choose Create New App, then From scratch.",
        "Under Incoming Webhooks, switch them on and choose Add New Webhook to Workspace.",
        "Choose the channel, allow it, and copy the webhook's address.",
    )
    leaves = "Titles, counts, rule names and who acted, to Slack and to all who read that channel."

    def secrets(self, settings: Settings) -> Iterable[str]:
        yield urlsplit(str(settings["url"])).path.removeprefix("/services/")

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        attempt = post_json(ways, str(settings["url"]), _body(message), on_sending).attempt
        said = attempt.answer.strip()
        if attempt.outcome is Outcome.SENT:
            return _confirmed(attempt, said)
        if said in GONE:
            return replace(attempt, outcome=Outcome.DEAD, reason=said, is_channel_broken=True)
        return replace(attempt, reason=said) if said in REFUSED else attempt


def _confirmed(attempt: Attempt, said: str) -> Attempt:
    if said != "ok":
        return replace(attempt, outcome=Outcome.IN_DOUBT, reason="not_confirmed")
    return replace(attempt, retry_after_ms=PACE_MS)


def _body(message: Message) -> dict[str, Any]:
    title = without_controls(headline(message))
    # < begins links and mentions. A header is plain text, which has no escapes.
    blocks: list[dict[str, Any]] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": _header(title), "emoji": False},
        }
    ]
    if text := "\n\n".join(paragraphs(message)):
        blocks.append({"type": "section", "text": _words(fitted(text, MOST_SECTION, _escape))})
    if message.facts:
        blocks.append({"type": "section", "fields": _facts(message)})
    if message.report and message.report.files:
        blocks.append({"type": "section", "text": _words(_files(message.report))})
    where = f"{_fit_line(isolated(message.guild_name), 200)}  ·  <{message.link}|{OPEN_WORDS}>"
    blocks.append({"type": "context", "elements": [_words(where)]})
    return {"text": _fit_line(title, MOST_SECTION), "blocks": blocks}


def _header(title: str) -> str:
    return fitted(title.replace("<", "‹").replace(">", "›"), MOST_HEADER)


def _facts(message: Message) -> list[dict[str, Any]]:
    return [
        _words(f"*{_fit_line(fact.name, 200)}*\n{fitted(fact.value, MOST_FIELD - 300, _escape)}")
        for fact in message.facts[:MOST_FIELDS]
    ]


def _files(report: Report) -> str:
    links = (f"<{file.link}|{_fit_line(file.name, 200)}>" for file in report.files)
    return f"Files: {', '.join(links)}"


def _words(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fit_line(text: str, most: int) -> str:
    return fitted(without_controls(text), most, _escape)


def _escape(letter: str) -> str:
    return _ESCAPES.get(letter, letter)
