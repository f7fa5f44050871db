"""The life of an alert: what is observed or done, and what that changes and says.

Condition and state are two things: the condition is what the figures say, the state what people
know of it. Everything here is pure; times are epoch milliseconds. A `Life` is what is kept of one
guild and event type, an `Episode` its open alert.

Two promises, held by tests/domain/test_alert_words_told.py: the last word told is always true ("it
flaps" is true of what does not settle), and no hour has more than `WORDS_PER_HOUR` words.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.alert_rules import Condition
from domain.alert_states import AlertClosedError, Episode, Life, SnoozeError, State, Step, Word
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

FLAPPING_FROM = 4  # this opening within the hour says that it flaps
FLAPPING_WITHIN_MS = HOUR_MS
SETTLED_AFTER_MS = 15 * MINUTE_MS
WORDS_PER_HOUR = 11
REMIND_EVERY_MS = 4 * HOUR_MS
MOST_REMINDERS = 6
LONGEST_SNOOZE_MS = DAY_MS
FORGOTTEN_AFTER_MS = DAY_MS  # without data for so long, an alert is closed


@dataclass(slots=True)
class _Turn:
    """A life on its way, and the steps so far."""

    life: Life
    now_ms: int
    steps: list[Step] = field(default_factory=list)

    def change(self, **values: object) -> None:
        episode = self.life.episode
        assert episode is not None
        values["revision"] = episode.revision + 1
        self.life = replace(self.life, episode=replace(episode, **values))  # type: ignore[arg-type]

    def note(self, step: Step) -> None:
        self.steps.append(step)
        if step.word in _COUNTED:
            told = (*_last_hour(self.life.told, self.now_ms), self.now_ms)
            self.life = replace(self.life, told=told)

    def close(self, kind: str, reason: str, *, quiet: bool = False) -> None:
        self.change(state=State.RESOLVED)
        self.note(Step(kind, reason, Word.RESOLVED, closed=reason, quiet=quiet))
        self.life = replace(self.life, episode=None)


_COUNTED = frozenset((Word.FIRING, Word.RESOLVED, Word.FLAPPING))
Outcome = tuple[Life, list[Step]]


def observe(
    life: Life, condition: Condition, now_ms: int, reason: str = "condition_changed"
) -> Outcome:
    """The figures say `condition` now. A change of it moves the state; time moves it as well."""
    turn = _Turn(life, now_ms)
    if condition is not life.condition:
        still_latched = life.latched and condition is not Condition.GOOD
        turn.life = replace(life, condition=condition, changed_ms=now_ms, latched=still_latched)
        if _flapped_before_a_silence(life, turn):
            _settle(turn, _open(turn.life))
        else:
            _turn_to[condition](turn, reason)
    _pass_time(turn)
    return turn.life, turn.steps


def _flapped_before_a_silence(life: Life, turn: _Turn) -> bool:
    """No data is one state as well: what comes after it is no flip, and people are told at once."""
    is_flapping = life.episode is not None and life.episode.state is State.FLAPPING
    silent_ms = turn.now_ms - life.changed_ms if life.condition is Condition.NONE else 0
    return is_flapping and silent_ms >= SETTLED_AFTER_MS and _may_say_more(turn)


def pass_time(life: Life, now_ms: int) -> Outcome:
    """What time alone brings: settling, the end of a snooze, reminders, forgetting."""
    turn = _Turn(life, now_ms)
    _pass_time(turn)
    return turn.life, turn.steps


def acknowledge(life: Life, now_ms: int) -> Outcome:
    """AlertClosedError without an open alert; a second time changes nothing."""
    episode = _open(life)
    if episode.acknowledged_ms is not None:
        return life, []
    turn = _Turn(life, now_ms)
    is_firing = episode.state is State.FIRING
    state = State.ACKNOWLEDGED if is_firing else episode.state
    turn.change(state=state, acknowledged_ms=now_ms, remind_ms=None)
    turn.note(Step("acknowledged", "by_hand", Word.ACKNOWLEDGED))
    return turn.life, turn.steps


def snooze(life: Life, until_ms: int, now_ms: int) -> Outcome:
    """AlertClosedError; SnoozeError unless `until_ms` lies within the next 24 hours."""
    episode = _open(life)
    if not now_ms < until_ms <= now_ms + LONGEST_SNOOZE_MS:
        raise SnoozeError("must lie in the future, and at most 24 hours ahead")
    turn = _Turn(life, now_ms)
    may_show = episode.state in (State.FIRING, State.ACKNOWLEDGED, State.SNOOZED)
    turn.change(state=State.SNOOZED if may_show else episode.state, snoozed_until_ms=until_ms)
    turn.note(Step("snoozed", "by_hand"))
    return turn.life, turn.steps


def resolve(life: Life, now_ms: int) -> Outcome:
    """Close by hand: it stays closed until the condition was good once. AlertClosedError."""
    _open(life)
    turn = _Turn(life, now_ms)
    turn.close("resolved", "by_hand")
    turn.life = replace(turn.life, latched=life.condition is not Condition.GOOD)
    return turn.life, turn.steps


def due_ms(life: Life) -> int | None:
    """When time alone changes something next; None when it does not."""
    episode = life.episode
    if episode is None:
        return None
    if life.condition is Condition.NONE:
        return life.changed_ms + FORGOTTEN_AFTER_MS
    if episode.state is State.FLAPPING:
        return max(life.changed_ms + SETTLED_AFTER_MS, _free_to_speak_ms(life))
    if episode.state is State.SNOOZED:
        return episode.snoozed_until_ms
    return episode.remind_ms


def _to_bad(turn: _Turn, reason: str) -> None:
    episode = turn.life.episode
    if episode is None:
        _open_episode(turn, reason)
    elif episode.state is State.FLAPPING:
        _flip(turn, reason)
    else:
        turn.change(state=_state_known_to_people(episode, turn.now_ms))
        turn.note(Step("data_again", reason))


def _to_good(turn: _Turn, reason: str) -> None:
    episode = turn.life.episode
    if episode is None:
        return
    if episode.state is State.FLAPPING:
        _flip(turn, reason)
    elif _may_say_more(turn):
        turn.close("resolved", reason)
    else:
        _flap(turn, reason)


def _to_none(turn: _Turn, reason: str) -> None:
    episode = turn.life.episode
    if episode is not None and episode.state is not State.FLAPPING:
        turn.change(state=State.NO_DATA)
        turn.note(Step("no_data", reason))


_turn_to = {Condition.BAD: _to_bad, Condition.GOOD: _to_good, Condition.NONE: _to_none}


def _open_episode(turn: _Turn, reason: str) -> None:
    if turn.life.latched:
        turn.note(Step("stays_closed", "latched"))
        return
    _count_opening(turn)
    episode = Episode(State.FIRING, turn.now_ms, remind_ms=turn.now_ms + REMIND_EVERY_MS)
    turn.life = replace(turn.life, episode=episode)
    if len(turn.life.openings) >= FLAPPING_FROM or not _may_say_more(turn):
        _flap(turn, reason)
    else:
        turn.note(Step("opened", reason, Word.FIRING))


def _count_opening(turn: _Turn) -> None:
    openings = (*_last_hour(turn.life.openings, turn.now_ms), turn.now_ms)
    turn.life = replace(turn.life, openings=openings)


def _flap(turn: _Turn, reason: str) -> None:
    turn.change(state=State.FLAPPING)
    turn.note(Step("flapping", reason, Word.FLAPPING))


def _flip(turn: _Turn, reason: str) -> None:
    if turn.life.condition is Condition.BAD:
        _count_opening(turn)
    turn.note(Step(f"turned_{turn.life.condition}", reason))


def _pass_time(turn: _Turn) -> None:
    episode = turn.life.episode
    due = due_ms(turn.life)
    if episode is None or due is None or turn.now_ms < due:
        return
    if turn.life.condition is Condition.NONE:
        turn.close("closed", "no_data", quiet=True)
    elif episode.state is State.FLAPPING:
        _settle(turn, episode)
    elif episode.state is State.SNOOZED:
        _wake(turn, episode)
    else:
        _remind(turn, episode)


def _settle(turn: _Turn, episode: Episode) -> None:
    """It flapped, and has been in one state since: now that is told."""
    if turn.life.condition is Condition.GOOD:
        turn.close("resolved", "settled")
        return
    turn.change(state=_state_known_to_people(episode, turn.now_ms))
    turn.note(Step("settled", "settled", Word.FIRING))


def _wake(turn: _Turn, episode: Episode) -> None:
    """The end of a snooze: who has not acknowledged is reminded at once."""
    awake = replace(episode, snoozed_until_ms=None)
    remind_ms = turn.now_ms if _may_remind(awake) else None
    state = _state_known_to_people(awake, turn.now_ms)
    turn.change(state=state, snoozed_until_ms=None, remind_ms=remind_ms)
    turn.note(Step("snooze_ended", "time"))
    _pass_time(turn)


def _remind(turn: _Turn, episode: Episode) -> None:
    number = episode.reminders + 1
    again_ms = turn.now_ms + REMIND_EVERY_MS if number < MOST_REMINDERS else None
    turn.change(reminders=number, remind_ms=again_ms)
    turn.note(Step("reminded", "unacknowledged", Word.REMINDER, number=number))


def _may_remind(episode: Episode) -> bool:
    return episode.acknowledged_ms is None and episode.reminders < MOST_REMINDERS


def _state_known_to_people(episode: Episode, now_ms: int) -> State:
    if episode.snoozed_until_ms is not None and episode.snoozed_until_ms > now_ms:
        return State.SNOOZED
    return State.FIRING if episode.acknowledged_ms is None else State.ACKNOWLEDGED


def _may_say_more(turn: _Turn) -> bool:
    """Whether, after one more word, "it flaps" could still be said within the same hour."""
    return turn.now_ms >= _free_to_speak_ms(turn.life)


def _free_to_speak_ms(life: Life) -> int:
    if len(life.told) < WORDS_PER_HOUR - 1:
        return 0
    return life.told[-(WORDS_PER_HOUR - 1)] + HOUR_MS


def _last_hour(instants: tuple[int, ...], now_ms: int) -> tuple[int, ...]:
    return tuple(ms for ms in instants if now_ms - ms < FLAPPING_WITHIN_MS)


def _open(life: Life) -> Episode:
    if life.episode is None:
        raise AlertClosedError("this alert is over")
    return life.episode
