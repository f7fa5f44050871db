"""Whether Discord answers, as whoever asked it last found out: no question of its own is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.redis.link import RedisLink

KEY = "modwatch:discord"
# Of what is older than this nobody knows whether it still holds.
KEPT_MS = 10 * 60_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What Discord did last. `answers`: something that was no failure of its own."""

    answers: bool
    at_ms: int


class DiscordPulse:
    """Shared by all processes through Redis; without it each knows of its own questions."""

    def __init__(self, link: RedisLink, clock: Callable[[], int]) -> None:
        self._link, self._clock = link, clock
        self._own: Heard | None = None

    def answered(self, status: int) -> None:
        self._note(status < 500)

    def silent(self) -> None:
        self._note(False)

    def last(self) -> Heard | None:
        """None where nobody asked lately."""
        said = self._link.ask(lambda client: client.get(KEY))
        heard = _parsed(said) if isinstance(said, bytes) else self._own
        recent = heard is not None and abs(self._clock() - heard.at_ms) < KEPT_MS
        return heard if recent else None

    def _note(self, answers: bool) -> None:
        self._own = heard = Heard(answers, self._clock())
        text = f"{int(answers)} {heard.at_ms}"
        self._link.ask(lambda client: client.set(KEY, text, px=KEPT_MS))


def _parsed(said: bytes) -> Heard:
    answers, at_ms = said.split()
    return Heard(answers == b"1", int(at_ms))
