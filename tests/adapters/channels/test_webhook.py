"""Webhooks of the owner's own, verified by the library of Standard Webhooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.channels.webhook import PREFIX, ROTATION_MS, Webhook
from domain.attempts import Outcome
from domain.messages import MessageKind
from tests.adapters.channels.sample import LONG, MESSAGE, Sender, ways
from tests.discord.exchange import text_answer
from tests.servers.providers.hook import HookStandIn


@pytest.fixture
def hook() -> Iterator[HookStandIn]:
    server = HookStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def channel(hook: HookStandIn) -> Sender:
    given = ways(hook.port)
    made = Webhook().rotated({"url": hook.address}, given.clock())
    hook.secret = made[1]
    return Sender(Webhook(), made[0], given)


def test_what_is_sent_is_signed(hook: HookStandIn, channel: Sender) -> None:
    attempt = channel.send()
    assert attempt.outcome is Outcome.SENT, attempt.answer
    (body,) = hook.accepted
    assert body["type"] == "alert.firing"
    assert body["timestamp"] == "2026-03-18T10:20:05.250Z"
    assert body["data"]["server"] == {"id": "4242", "name": "The Lighthouse"}
    assert hook.seen == {str(MESSAGE.delivery_id): 1}


def test_a_repeat_has_the_same_id(hook: HookStandIn, channel: Sender) -> None:
    for _ in range(3):
        channel.send()
    assert hook.seen == {str(MESSAGE.delivery_id): 3}


def test_for_a_day_both_secrets_sign_and_then_only_the_new_one(
    hook: HookStandIn, channel: Sender
) -> None:
    old, now_ms = hook.secret, channel.ways.clock()
    channel.settings, new = Webhook().rotated(channel.settings, now_ms)
    for hook.secret in (old, new):
        assert channel.send().outcome is Outcome.SENT
    channel.settings["earlier_until_ms"] = str(now_ms - 1)
    hook.secret = old
    assert channel.send().outcome is Outcome.DEAD
    hook.secret = new
    assert channel.send().outcome is Outcome.SENT


def test_a_secret_is_new_each_time_and_the_earlier_one_has_an_end() -> None:
    first, secret = Webhook().rotated({"url": "https://hooks.example.org/"}, 1000)
    second, other = Webhook().rotated(first, 5000)
    assert secret.startswith(PREFIX)
    assert secret != other
    assert "earlier_secret" not in first
    assert second["earlier_secret"] == secret
    assert second["earlier_until_ms"] == str(5000 + ROTATION_MS)


def test_a_receiver_with_another_secret_refuses_it(hook: HookStandIn, channel: Sender) -> None:
    hook.secret = Webhook().rotated({}, 0)[1]
    attempt = channel.send()
    assert (attempt.outcome, attempt.http_status) == (Outcome.DEAD, 400)
    assert not attempt.is_channel_broken


@pytest.mark.parametrize("kind", MessageKind)
def test_the_longest_message_stays_below_20_kilobytes(
    hook: HookStandIn, channel: Sender, kind: MessageKind
) -> None:
    attempt = channel.send(LONG, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt.answer


def test_410_switches_it_off(hook: HookStandIn, channel: Sender) -> None:
    hook.plan(text_answer("no more", 410))
    attempt = channel.send()
    assert (attempt.outcome, attempt.is_channel_broken) == (Outcome.DEAD, True)
