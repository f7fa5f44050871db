"""Slack's incoming webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.channels.slack import GONE, PACE_MS, REFUSED, Slack
from domain.attempts import Outcome
from domain.messages import MessageKind
from domain.reason_words import reason_text
from tests.adapters.channels.sample import HOSTILE, LONG, MESSAGE, Sender, ways
from tests.discord.exchange import text_answer
from tests.servers.providers.slack import SlackStandIn


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    server = SlackStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def channel(slack: SlackStandIn) -> Sender:
    return Sender(Slack(), {"url": slack.address}, ways(slack.port))


def test_a_message_has_its_facts_and_a_link(slack: SlackStandIn, channel: Sender) -> None:
    attempt = channel.send()
    assert (attempt.outcome, attempt.answer) == (Outcome.SENT, "ok")
    assert attempt.retry_after_ms == PACE_MS
    header, text, facts, context = slack.accepted[0]["blocks"]
    assert header["text"]["text"] == "Critical: 14 violations in 60 s"
    assert text["text"]["text"] == MESSAGE.text
    assert facts["fields"][0]["text"] == "*Violations*\n14"
    assert f"<{MESSAGE.link}|Open in Modwatch>" in context["elements"][0]["text"]


@pytest.mark.parametrize("kind", MessageKind)
def test_the_longest_and_strangest_message_keeps_within_slacks_limits(
    slack: SlackStandIn, channel: Sender, kind: MessageKind
) -> None:
    attempt = channel.send(LONG, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt.answer
    assert slack.mentions == []


def test_the_signs_that_mean_something_to_slack_are_escaped(
    slack: SlackStandIn, channel: Sender
) -> None:
    channel.send(text=HOSTILE, title=HOSTILE)
    body = slack.accepted[0]
    for text in (body["text"], body["blocks"][1]["text"]["text"]):
        assert "&lt;!channel&gt;" in text
        assert "&amp;" in text
        assert not {"<", ">"} & set(text)


@pytest.mark.parametrize("said", GONE)
@pytest.mark.parametrize("status", [403, 404, 410])
def test_slacks_words_for_gone_end_the_channel(
    slack: SlackStandIn, channel: Sender, said: str, status: int
) -> None:
    slack.plan(text_answer(said, status))
    attempt = channel.send()
    assert (attempt.outcome, attempt.answer) == (Outcome.DEAD, said)
    assert attempt.is_channel_broken


def test_another_refusal_does_not(slack: SlackStandIn, channel: Sender) -> None:
    for said in REFUSED:
        slack.plan(text_answer(said, 400))
        attempt = channel.send()
        assert (attempt.outcome, attempt.reason) == (Outcome.DEAD, said)
        assert not attempt.is_channel_broken
    assert all(reason_text(said).endswith(".") for said in (*GONE, *REFUSED))


def test_a_200_without_ok_is_no_proof(slack: SlackStandIn, channel: Sender) -> None:
    slack.plan(text_answer("<html>welcome to this network</html>", 200))
    attempt = channel.send()
    assert (attempt.outcome, attempt.reason) == (Outcome.IN_DOUBT, "not_confirmed")
