"""Discord's webhooks: https://docs.discord.com/developers/resources/webhook

The message carries the life of its alert: acknowledged and resolved edit it, with one silent line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from adapters.channels.base import Channel, Field, Lane, OnSending, Settings
from adapters.channels.discord_files import form
from adapters.channels.discord_message import edited, new, silent_line
from adapters.channels.exchange import Exchange, exchange, post_json
from adapters.channels.ways import Ways
from adapters.outgoing.addresses import checked_address
from domain.attempts import FORGOTTEN, Attempt, Outcome
from domain.messages import Message, MessageKind, Report

HOSTS = ("discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com")
UNKNOWN_WEBHOOK, WRONG_TOKEN = 10015, 50027
# Its codes under names of ours: https://docs.discord.com/developers/topics/opcodes-and-status-codes
_REASONS = {
    UNKNOWN_WEBHOOK: "webhook_deleted",
    WRONG_TOKEN: "webhook_token_wrong",
    40005: "too_large",
    50035: "message_refused",
}
_TOO_LONG = ("BASE_TYPE_MAX_LENGTH", "MAX_EMBED_SIZE_EXCEEDED")
NOT_THERE_ANY_MORE = (10008, 30046)  # the message is gone; an old one was edited too often
EDITS = (MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED)
_PATH = re.compile(r"/api(?:/v\d+)?/webhooks/(\d{1,20})/([A-Za-z0-9_.-]{1,200})")
_THREAD = re.compile(r"\d{1,20}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a webhook posts to."""

    guild_id: int | None
    channel_id: int | None
    name: str


def _address(text: str, ways: Ways) -> str:
    address = checked_address(text, HOSTS, ways.outgoing.openings)
    parts = urlsplit(address)
    if (found := _PATH.fullmatch(parts.path)) is None:
        raise ValueError("must be like https://discord.com/api/webhooks/1300.../token")
    # Without version and query: what Discord's button copies.
    return f"{parts.scheme}://{parts.netloc}/api/webhooks/{found[1]}/{found[2]}"


def _thread(text: str, _ways: Ways) -> str:
    if _THREAD.fullmatch(text) is None:
        raise ValueError("must be the id of a thread: digits only")
    return text


class Discord(Channel):
    kind = "discord"
    label = "Discord"
    is_keyed = False
    lane = Lane.CHANNEL
    takes = frozenset(MessageKind)
    shows_state = True  # its messages are edited
    fields = (
        Field(
            name="url",
            label="Webhook address",
            help="Begins with https://discord.com/api/webhooks/",
            is_secret=True,
            check=_address,
        ),
        Field(
            name="thread_id",
            label="Thread",
            help="The id of a thread in the webhook's channel; empty: the channel itself",
            is_required=False,
            check=_thread,
        ),
    )
    setup = (
        "In Discord open the channel's settings, then Integrations, then Webhooks.",
        "Choose New Webhook, name it, and choose the channel it posts to.",
        "Choose Copy Webhook URL, and paste it here.",
    )
    leaves = "Titles, counts, rule names and who acted, to all who read that channel."

    def secrets(self, settings: Settings) -> Iterable[str]:
        yield urlsplit(str(settings["url"])).path.rpartition("/")[2]

    def is_repeatable(self, message: Message) -> bool:
        """An edit says the same however often it is made; a post is there once more each time."""
        return message.kind in EDITS and bool(message.earlier)

    def place(self, settings: Settings, ways: Ways) -> tuple[Attempt, Place | None]:
        """Ask Discord where the webhook posts to; nothing is posted."""
        asked = exchange(ways, "GET", str(settings["url"]), b"", lambda: None, headers={})
        attempt, found = self._judged(asked, ways), asked.json()
        attempt = self.without_secrets(attempt, settings)
        if attempt.outcome is not Outcome.SENT:
            return attempt, None
        ids = (_id(found, "guild_id"), _id(found, "channel_id"))
        return replace(attempt, answer=""), Place(*ids, str(found.get("name") or ""))

    def _send(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Attempt:
        if not self.is_repeatable(message):
            attempt = self._post(new(message), settings, ways, on_sending, message.report)
            # A reminder does not take the place of what began the story.
            return replace(attempt, reference=None) if message.earlier else attempt
        done = self._edit(message, settings, ways, on_sending)
        attempt = self._judged(done, ways)
        if done.json().get("code") in NOT_THERE_ANY_MORE:
            # Posted anew with the next attempt, under a mark of its own: a post cannot be repeated.
            return replace(
                attempt,
                outcome=Outcome.NOT_SENT,
                reason="message_gone",
                reference=FORGOTTEN,
                is_channel_broken=False,
            )
        if attempt.outcome is not Outcome.SENT or message.is_silent or message.may_have_arrived:
            return attempt  # a line that may stand there already is not doubled
        # The edit has told it already: what comes of the line changes nothing but the pace.
        line = self._post(silent_line(message), settings, ways, lambda: None)
        return replace(attempt, retry_after_ms=line.retry_after_ms)

    def _post(
        self,
        body: dict[str, Any],
        settings: Settings,
        ways: Ways,
        on_sending: OnSending,
        report: Report | None = None,
    ) -> Attempt:
        address = _with_query(settings, {"wait": "true", "with_components": "true"})
        if report is None:
            done = post_json(ways, address, body, on_sending)
        else:
            content, headers = form(body, report)
            done = exchange(ways, "POST", address, content, on_sending, headers=headers)
        attempt = self._judged(done, ways)
        if attempt.outcome is not Outcome.SENT:
            return attempt
        if (id := _id(done.json(), "id")) is None:
            return replace(attempt, outcome=Outcome.IN_DOUBT, reason="not_confirmed")
        return replace(attempt, answer="", reference=str(id))

    def _edit(
        self, message: Message, settings: Settings, ways: Ways, on_sending: OnSending
    ) -> Exchange:
        address = _with_query(settings, {"with_components": "true"}, f"/messages/{message.earlier}")
        return post_json(ways, address, edited(message), on_sending, method="PATCH")

    def _judged(self, done: Exchange, ways: Ways) -> Attempt:
        attempt, code = done.attempt, done.json().get("code")
        if done.answer is None:
            return attempt
        ways.discord_answered(done.answer.status, done.answer.headers)
        if attempt.outcome is Outcome.SENT:
            return replace(attempt, retry_after_ms=_pause_ms(done.answer.headers))
        attempt = replace(attempt, reason=_reason(code, attempt))
        if code in (UNKNOWN_WEBHOOK, WRONG_TOKEN) or attempt.http_status in (401, 404):
            return replace(attempt, outcome=Outcome.DEAD, is_channel_broken=True)
        return attempt


def _reason(code: object, attempt: Attempt) -> str:
    if any(words in attempt.answer for words in _TOO_LONG):
        return "too_long"
    return _REASONS.get(code, attempt.reason) if isinstance(code, int) else attempt.reason


def _with_query(settings: Settings, query: Mapping[str, str], path: str = "") -> str:
    thread = {"thread_id": str(settings["thread_id"])} if settings.get("thread_id") else {}
    return f"{settings['url']}{path}?{urlencode({**query, **thread})}"


def _id(found: Mapping[str, Any], name: str) -> int | None:
    text = str(found.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() else None


def _pause_ms(headers: Mapping[str, str]) -> int | None:
    """How long to leave it alone, where this request was the last of its window."""
    if headers.get("x-ratelimit-remaining") != "0":
        return None
    try:
        return max(0, min(int(float(headers.get("x-ratelimit-reset-after", "0")) * 1000), 60_000))
    except (ValueError, OverflowError):
        return None
