"""Reports through real servers: what Discord, Slack and webhooks get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from adapters.channels.discord import Discord as DiscordChannel
from adapters.channels.registry import CHANNELS
from domain.attempts import Outcome
from domain.messages import MessageKind
from domain.report_figures import Offender, Rule
from services.reports.building import drawn
from services.reports.sample import sample_report
from tests.adapters.channels.reported import FILE, LINK, ROWS, content, report_message
from tests.adapters.channels.sample import SIGNING_SECRET, Sender, sender, ways
from tests.discord.exchange import Answer, text_answer
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.servers.providers.hook import HookStandIn
from tests.servers.providers.slack import SlackStandIn

POST = "POST /webhooks/{webhook_id}/{webhook_token}"


@pytest.fixture
def webhook(discord: Discord) -> Webhook:
    owner = discord.world.add_user()
    return discord.world.add_webhook(discord.world.add_guild(owner_id=owner.id).id)


@pytest.fixture
def room(discord: Discord, webhook: Webhook) -> Sender:
    port = int(discord.url.rpartition(":")[2])
    return Sender(DiscordChannel(), {"url": discord.webhook_url(webhook)}, ways(port))


def named(message: Any) -> list[str]:
    return [file["filename"] for file in message["files"]]


def test_discord_gets_picture_and_file_with_the_words(room: Sender, webhook: Webhook) -> None:
    attempt = room.send(report_message())
    assert (attempt.outcome, room.begun) == (Outcome.SENT, 1), attempt.answer
    message: Any = webhook.messages[0]
    assert named(message) == ["chart.png", FILE.name]
    assert message["files"][1]["size"] == len(ROWS)
    assert message["embeds"][0]["image"] == {"url": "attachment://chart.png"}
    assert message["attachments"][0]["description"].startswith("Violations by day: most on Thu 19")
    assert "A calm week with one raid" in message["embeds"][0]["description"]
    assert message["allowed_mentions"] == {"parse": []}


def test_discord_gets_a_link_to_what_is_too_large(room: Sender, webhook: Webhook) -> None:
    large = replace(FILE, size_bytes=8_000_000)
    room.send(report_message(content(large)))
    message: Any = webhook.messages[0]
    assert named(message) == ["chart.png"]
    _, file = message["components"][0]["components"]
    assert (file["label"], file["url"]) == (f"Get {FILE.name}", FILE.link)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    yield from _started(SlackStandIn())


@pytest.fixture
def hook() -> Iterator[HookStandIn]:
    made = HookStandIn()
    made.secret = SIGNING_SECRET
    yield from _started(made)


def _started(provider: Any) -> Iterator[Any]:
    provider.start()
    yield provider
    provider.stop()


def test_slack_gets_the_words_and_the_link(slack: SlackStandIn) -> None:
    assert sender("slack", slack.url, slack.port).send(report_message()).outcome is Outcome.SENT
    (body,) = slack.accepted
    said = str(body)
    assert body["text"] == "Test: The Lighthouse: Mon 16 to Sun 22 November 2026"
    assert "A calm week with one raid" in said
    assert "91 of 100, good (7 points better than the week before)" in said
    assert LINK in said
    assert f"<{FILE.link}|{FILE.name}>" in said


def test_a_webhook_gets_the_figures_signed(hook: HookStandIn) -> None:
    assert sender("webhook", hook.url, hook.port).send(report_message()).outcome is Outcome.SENT
    (body,) = hook.accepted
    assert body["type"] == "modwatch.report"
    report = body["data"]["report"]
    assert report["figures"]["violations"] == 143
    assert report["figures"]["health"]["health_score"] == 91
    assert report["compared_with"]["violations"] == 151
    assert report["window"]["from"] == "2026-11-15T23:00:00.000Z"
    assert report["files"] == [
        {
            "name": FILE.name,
            "rows": 400,
            "size_bytes": len(ROWS),
            "sha256": FILE.sha256,
            "link": FILE.download,
        }
    ]
    assert body["data"]["link"] == LINK


def test_the_longest_names_and_most_raids_leave_a_webhook_its_figures(hook: HookStandIn) -> None:
    about, name = sample_report(LINK), "😀" * 1000
    figures = replace(
        about.figures,
        rules=[Rule(name=name, hits=9, overturned=9)] * 5,
        offenders=[Offender(user_id=2**63, name="😀" * 32, violations=9)] * 5,
        bars=list(about.figures.bars) * 5,
        events=list(about.figures.events) * 3100,
    )
    made = drawn(replace(about, figures=figures, files=[FILE] * 8))
    sent = sender("webhook", hook.url, hook.port).send(report_message(made))
    assert sent.outcome is Outcome.SENT, sent.answer
    told = hook.accepted[0]["data"]["report"]["figures"]
    assert (told["violations"], told["major_events_count"]) == (143, 3100)
    assert len(told["major_events"]) == 30


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(429, b"later", {"Retry-After": "7"}), Outcome.WAIT),
        (text_answer("gone", 404), Outcome.DEAD),
        (text_answer("oh", 500), Outcome.IN_DOUBT),
    ],
)
def test_a_refused_report_ends_as_any_message_does(
    slack: SlackStandIn, hook: HookStandIn, answer: Any, outcome: Outcome
) -> None:
    for provider, kind in ((slack, "slack"), (hook, "webhook")):
        provider.plan(answer)
        attempt = sender(kind, provider.url, provider.port).send(report_message())
        assert attempt.outcome is outcome
        assert attempt.retry_after_ms == (7000 if outcome is Outcome.WAIT else None)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (429, None, Outcome.WAIT, "http_429"),
        (404, '{"message": "Unknown Webhook", "code": 10015}', Outcome.DEAD, "webhook_deleted"),
        (500, None, Outcome.IN_DOUBT, "http_500"),
    ],
)
def test_a_report_with_files_that_discord_refuses_ends_as_any_message_does(
    discord: Discord,
    room: Sender,
    webhook: Webhook,
    status: int,
    body: str | None,
    outcome: Outcome,
    reason: str,
) -> None:
    discord.faults.fail(POST, status, retry_after_seconds=7, body=body)
    attempt = room.send(report_message())
    assert (attempt.outcome, attempt.reason, attempt.http_status) == (outcome, reason, status)
    assert attempt.is_channel_broken is (status == 404)
    assert attempt.retry_after_ms == (7000 if status == 429 else None)
    assert (room.begun, webhook.messages) == (1, [])
    if outcome is Outcome.WAIT:
        assert room.send(report_message()).outcome is Outcome.SENT
        assert named(webhook.messages[0]) == ["chart.png", FILE.name]


def test_silence_of_discord_after_the_whole_report_leaves_it_open(
    discord: Discord, room: Sender
) -> None:
    discord.faults.hold(POST)
    room.ways = replace(room.ways, patience_seconds=1.0)  # a busy machine has sent it by then
    attempt = room.send(report_message())
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "timeout")
    discord.faults.release(POST)
    assert room.begun == 1


def test_silence_after_the_whole_report_leaves_it_open(
    slack: SlackStandIn, hook: HookStandIn
) -> None:
    may_answer = Event()

    def silence() -> Answer:
        may_answer.wait(60)
        return Answer(200)

    for provider, kind in ((slack, "slack"), (hook, "webhook")):
        provider.plan(silence)
        one = sender(kind, provider.url, provider.port)
        one.ways = replace(one.ways, patience_seconds=1.0)  # a busy machine has sent it by then
        attempt = one.send(report_message())
        assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "timeout")
        assert len(provider.requests) == 1
    may_answer.set()


def test_those_that_keep_incidents_take_no_reports() -> None:
    taking = {kind for kind, one in CHANNELS.items() if MessageKind.REPORT in one.takes}
    assert taking == {"discord", "slack", "email", "webhook", "apprise"}
