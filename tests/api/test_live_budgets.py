"""What a socket and its caller may ask for, by a clock that a test moves."""

from __future__ import annotations

from adapters.redis.event_stream import LiveEvent
from adapters.redis.memory_stream import MemoryStream
from api.live.budgets import (
    CALLER_MESSAGES,
    REPLAY_BYTES,
    SOCKET_MESSAGES,
    SOCKET_MESSAGES_A_SECOND,
    Budget,
    Budgets,
)
from domain.live import MAXIMUM_SUBSCRIPTIONS, Position
from services.live.relay import Relay, Subscribed


class Time:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_budget_fills_up_with_time() -> None:
    time = Time()
    budget = Budget(3, 2, time)
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
    time.seconds += 1
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    time.seconds += 1_000
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]


def test_a_page_that_comes_back_with_all_its_servers_is_within_it() -> None:
    assert SOCKET_MESSAGES > 2 * MAXIMUM_SUBSCRIPTIONS
    assert CALLER_MESSAGES >= 5 * SOCKET_MESSAGES


def test_a_caller_has_one_budget_on_all_sockets() -> None:
    time = Time()
    budgets = Budgets(time)
    sockets = [budgets.of_socket() for _ in range(100)]
    ada = budgets.of_caller("ada")
    taken = [
        socket.spend() and budgets.of_caller("ada").messages.spend()
        for _ in range(30)
        for socket in sockets
    ]
    assert sum(taken) == CALLER_MESSAGES
    assert not ada.messages.is_left
    assert budgets.of_caller("bob").messages.is_left
    time.seconds += 1 / SOCKET_MESSAGES_A_SECOND
    assert ada.messages.is_left


def test_refusals_are_written_down_once_a_minute_with_their_count() -> None:
    caller = Budgets(Time()).of_caller("ada")
    assert [caller.note_denied(100.0) for _ in range(45_000)] == [1] + [0] * 44_999
    assert caller.note_denied(159.9) == 0
    assert caller.note_denied(160.0) == 45_001


class _Heard:
    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def push(self, frame: bytes, supersedes: str | None) -> None:
        self.frames.append(frame)

    def end(self, reason: str) -> None:
        """Nobody is."""


def test_what_is_replayed_is_bounded_and_never_silently() -> None:
    stream, time = MemoryStream(), Time()
    body = b'{"fill":"' + b"x" * 500_000 + b'"}'
    stream.add([LiveEvent(7, offset, body) for offset in range(1, 9)])
    epoch = stream.last(7).epoch
    relay, budget = Relay(stream), Budget(REPLAY_BYTES, 1.0, time)
    told: list[Subscribed] = []
    sent = 0
    for _ in range(20):
        listener = _Heard()
        relay.subscribe(listener, 7, Position(epoch, 1), told.append, budget)
        sent += sum(map(len, listener.frames))
        assert bool(listener.frames) == told[-1].recovered
    assert not told[-1].recovered
    assert sent < REPLAY_BYTES + 8 * len(body)
    time.seconds += 2 * REPLAY_BYTES
    relay.subscribe(_Heard(), 7, Position(epoch, 1), told.append, budget)
    assert told[-1].recovered
