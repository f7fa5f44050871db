"""A life of an alert as it is lived: what is seen and waited for, and what is said."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.alert_life import Outcome, observe, pass_time
from domain.alert_rules import Condition
from domain.alert_states import Life, State, Step, Word
from domain.windows import DAY_MS

GOOD, BAD, NONE = Condition.GOOD, Condition.BAD, Condition.NONE


@dataclass
class Alert:
    """A life being lived: what was said, and when."""

    now_ms: int = 10 * DAY_MS
    life: Life = field(default_factory=Life)
    said: list[tuple[int, Word]] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)

    def take(self, outcome: Outcome) -> list[Step]:
        self.life, steps = outcome
        self.trail += [step.kind for step in steps]
        self.said += [(self.now_ms, step.word) for step in steps if step.word is not None]
        return steps

    def see(self, condition: Condition, after_ms: int = 0) -> list[Step]:
        self.now_ms += after_ms
        return self.take(observe(self.life, condition, self.now_ms))

    def wait(self, ms: int) -> list[Step]:
        self.now_ms += ms
        return self.take(pass_time(self.life, self.now_ms))

    @property
    def words(self) -> list[Word]:
        return [word for _, word in self.said]

    @property
    def state(self) -> State:
        return self.life.episode.state if self.life.episode else State.RESOLVED
