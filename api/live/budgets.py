"""How much one socket, and one caller on all sockets of this process, may ask for.

Messages: a page that comes back subscribes to its hundred servers at once, and is quiet from then
on. Replays: what was missed is read from the stream and sent again, which is dear; beyond the
budget a client is told that it did not recover, and reads anew. Refusals are written down once a
minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.process.cache import ProcessCache

SOCKET_MESSAGES, SOCKET_MESSAGES_A_SECOND = 250.0, 10.0
CALLER_MESSAGES, CALLER_MESSAGES_A_SECOND = 1_500.0, 50.0
REPLAY_BYTES, REPLAY_BYTES_A_SECOND = 16.0 * 1024 * 1024, 256.0 * 1024
DENIALS_EVERY_SECONDS = 60.0

Timer = Callable[[], float]


@dataclass(slots=True)
class Budget:
    """Fills up with time to `most`; what is spent may be more than was left."""

    most: float
    a_second: float
    timer: Timer = time.monotonic
    left: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.at = self.most, self.timer()

    @property
    def is_left(self) -> bool:
        now = self.timer()
        self.left = min(self.most, self.left + (now - self.at) * self.a_second)
        self.at = now
        return self.left > 0

    def spend(self, amount: float = 1.0) -> bool:
        """Whether there was something left to spend it from."""
        was_left = self.is_left
        if was_left:
            self.left -= amount
        return was_left


@dataclass(slots=True)
class CallerBudgets:
    """Of one caller in this process. `denied`: refusals that nobody has written down yet."""

    messages: Budget
    replays: Budget
    denied: int = 0
    say_denied_at: float = 0.0

    def note_denied(self, now: float) -> int:
        """How many refusals to write down now; mostly none."""
        self.denied += 1
        if now < self.say_denied_at:
            return 0
        count, self.denied = self.denied, 0
        self.say_denied_at = now + DENIALS_EVERY_SECONDS
        return count


class Budgets:
    """By the name of the caller, for as long as it is heard of."""

    def __init__(self, timer: Timer = time.monotonic) -> None:
        self._timer = timer
        self._callers: ProcessCache[CallerBudgets] = ProcessCache()

    def of_socket(self) -> Budget:
        return Budget(SOCKET_MESSAGES, SOCKET_MESSAGES_A_SECOND, self._timer)

    def of_caller(self, name: str) -> CallerBudgets:
        found = self._callers.get(name) or CallerBudgets(
            Budget(CALLER_MESSAGES, CALLER_MESSAGES_A_SECOND, self._timer),
            Budget(REPLAY_BYTES, REPLAY_BYTES_A_SECOND, self._timer),
        )
        self._callers.put(name, found)
        return found
