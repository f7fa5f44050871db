"""What follows from the outcome of an attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attempts import Attempt, Outcome
from domain.delivery_life import (
    BACKOFF_MS,
    FINAL,
    LONGEST_BLOCK_MS,
    SENT_WITHIN_MS,
    DeliveryState,
    InDoubt,
    Next,
    Sent,
    after_attempt,
    backoff_ms,
    blocked_until,
    may_have_arrived,
)
from domain.messages import Priority
from domain.windows import HOUR_MS

NOW = 1_800_000_000_000
BLIND = Sent(
    failures=0, created_ms=NOW, is_keyed=False, in_doubt=InDoubt.REPORT, priority=Priority.HIGH
)
KEYED = replace(BLIND, is_keyed=True)


def _after(outcome: Outcome, sent: Sent = BLIND, wait_ms: int | None = None) -> Next:
    attempt = Attempt(outcome=outcome, reason="said", retry_after_ms=wait_ms)
    return after_attempt(sent, attempt, NOW, 0.0)


@pytest.mark.parametrize(
    ("outcome", "sent", "state"),
    [
        (Outcome.SENT, BLIND, "sent"),
        (Outcome.DEAD, BLIND, "dead"),
        (Outcome.NOT_SENT, BLIND, "retrying"),
        (Outcome.WAIT, BLIND, "retrying"),
        (Outcome.IN_DOUBT, BLIND, "unknown"),
        (Outcome.IN_DOUBT, KEYED, "retrying"),
        (Outcome.IN_DOUBT, replace(BLIND, in_doubt=InDoubt.REPEAT), "retrying"),
        (Outcome.IN_DOUBT, replace(BLIND, in_doubt=None), "unknown"),
        (Outcome.IN_DOUBT, replace(BLIND, in_doubt=None, priority=Priority.CRITICAL), "retrying"),
        # The repeat is in doubt too, or fails: a third would be no better.
        (Outcome.IN_DOUBT, replace(BLIND, in_doubt=InDoubt.REPEAT, is_repeat=True), "unknown"),
        (Outcome.DEAD, replace(BLIND, is_repeat=True), "unknown"),
        (Outcome.NOT_SENT, replace(KEYED, failures=8), "dead"),
        (Outcome.WAIT, replace(BLIND, failures=8), "retrying"),
        (Outcome.WAIT, replace(BLIND, created_ms=NOW - SENT_WITHIN_MS - 1), "dead"),
    ],
)
def test_what_follows(outcome: Outcome, sent: Sent, state: str) -> None:
    step = _after(outcome, sent)
    assert step.state == state
    assert (step.due_ms is None) == (step.state in FINAL)


def test_a_repeat_after_doubt_is_marked_until_it_is_over() -> None:
    first = _after(Outcome.IN_DOUBT, replace(BLIND, in_doubt=InDoubt.REPEAT))
    assert first.is_repeat
    again = _after(Outcome.NOT_SENT, replace(BLIND, is_repeat=True, failures=1))
    assert again.is_repeat


def test_the_backoff_is_the_one_that_is_promised() -> None:
    waits = [backoff_ms(failures, 0.0) for failures in range(1, 10)]
    assert waits == [*BACKOFF_MS, None]
    assert BACKOFF_MS[0] == 5_000
    assert BACKOFF_MS[-1] == 4 * HOUR_MS


@given(st.integers(1, 8), st.floats(-1, 1))
def test_the_jitter_is_a_fifth_at_most(failures: int, jitter: float) -> None:
    wait_ms = backoff_ms(failures, jitter)
    assert wait_ms is not None
    assert 0.8 <= wait_ms / BACKOFF_MS[failures - 1] <= 1.2


def test_a_provider_blocks_its_channel_for_an_hour_at_most() -> None:
    assert blocked_until(None, NOW) is None
    assert blocked_until(2_000, NOW) == NOW + 2_000
    assert blocked_until(7 * HOUR_MS, NOW) == NOW + LONGEST_BLOCK_MS
    assert _after(Outcome.WAIT, wait_ms=2_000).due_ms == NOW + 2_000


@pytest.mark.parametrize(
    ("outcomes", "may"),
    [
        ([], False),
        (["not_sent", "wait", "dead"], False),
        (["not_sent", "in_doubt", "dead"], True),
        (["not_sent", None], True),
        (["sent"], True),
    ],
)
def test_whether_a_beginning_may_have_arrived(outcomes: list[str | None], may: bool) -> None:
    assert may_have_arrived(outcomes) is may


def test_states_are_final_or_go_on() -> None:
    open_states = set(DeliveryState) - FINAL
    assert open_states == {
        DeliveryState.HELD,
        DeliveryState.QUEUED,
        DeliveryState.CLAIMED,
        DeliveryState.SENDING,
        DeliveryState.RETRYING,
    }
