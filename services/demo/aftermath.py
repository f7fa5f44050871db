"""What follows a violation: a warning level, a ban that makes room, perhaps an appeal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Literal
from uuid import UUID, uuid5

from domain.actions import Action, normalise_action
from domain.windows import HOUR_MS
from schemas.events.structs import (
    AppealEvent,
    Event,
    TimestampMs,
    ViolationEvent,
    WarningEvent,
)
from services.demo.guild import DemoGuild, DemoMember
from services.demo.incident import Standing
from services.demo.rules import RULES
from services.demo.words import APPEALS

_NAMESPACE = UUID("0d6a2f0e-6f7d-5c0b-9a53-3f0c6a1d7be4")
_APPEALED = {Action.BAN: 0.3, Action.KICK: 0.16, Action.TIMEOUT: 0.12, Action.WARNING: 0.04}
_OVERTURNED = {rule.name: rule.overturned for rule in RULES}
_USUALLY_OVERTURNED = 0.2
_GOES_ON_RECORD = 0.4
_PENDING_FROM = 0.97  # the latest 3 % of a history are not decided yet
_NEVER_DECIDED = 0.04
_HOURS_TO_ASK, _HOURS_TO_DECIDE = 2, 14


class DemoIds:
    """Event ids that follow from seed, guild, kind and number: loading again adds nothing."""

    def __init__(self, seed: int, guild_id: int) -> None:
        self._namespace = uuid5(_NAMESPACE, f"{seed} {guild_id}")

    def of(self, kind: str, number: int) -> UUID:
        return uuid5(self._namespace, f"{kind} {number}")


@dataclass(slots=True)
class Seat:
    """A place in the guild's ranking of offenders; a ban makes room for the next life."""

    member: DemoMember
    life: int = 0
    standing: Standing = field(default_factory=Standing)


class Aftermath:
    def __init__(self, guild: DemoGuild, ids: DemoIds, chance: Random, end_ms: int) -> None:
        self._ids, self._chance, self._end_ms = ids, chance, end_ms
        self._hastiness = {one.user_id: one.hastiness for one in guild.moderators}

    def events(
        self, place: int, share: float, seat: Seat, happened: ViolationEvent
    ) -> Iterator[Event]:
        """Events after the violation at `place`, by when `share` (0..1) of all have happened."""
        action = normalise_action(happened.action_taken)
        # A warning may be forgotten; what was done to the member is on record.
        noted = self._chance.random() < _GOES_ON_RECORD or action is not Action.WARNING
        if noted and seat.standing.rise(action):
            yield self.warning(place, seat.standing, happened)
        if action is Action.BAN:
            seat.life, seat.standing = seat.life + 1, Standing()
        yield from self._appeal(place, share, happened, _APPEALED.get(action, 0.0))

    def warning(self, place: int, standing: Standing, happened: ViolationEvent) -> WarningEvent:
        return WarningEvent(
            id=self._ids.of("warning", place),
            guild_id=happened.guild_id,
            timestamp=happened.timestamp,
            user_id=happened.user_id,
            level=standing.level,
            kicked_before=standing.kicked_before,
        )

    def _appeal(
        self, place: int, share: float, happened: ViolationEvent, appealed: float
    ) -> Iterator[AppealEvent]:
        asks, decides, grants = (self._chance.random() for _ in range(3))
        asked_ms = happened.timestamp + self._wait_ms(_HOURS_TO_ASK)
        decided_ms = min(asked_ms + self._wait_ms(_HOURS_TO_DECIDE), self._end_ms)
        if asks > appealed:
            return
        # Before its decision, also where the present cuts both short.
        yield self._appeal_event(place, happened, "pending", min(asked_ms, self._end_ms - 1))
        # By its place among all, not by the clock: made again later, it is decided as it was.
        if share < _PENDING_FROM and decides > _NEVER_DECIDED:
            granted = grants < self._overturned(happened)
            status: Literal["approved", "denied"] = "approved" if granted else "denied"
            yield self._appeal_event(place, happened, status, decided_ms)

    def _wait_ms(self, usual_hours: int) -> int:
        return int(HOUR_MS * usual_hours * exp(self._chance.gauss(0, 0.8)))

    def _overturned(self, happened: ViolationEvent) -> float:
        share = _OVERTURNED.get(happened.rule or "", _USUALLY_OVERTURNED)
        return share * self._hastiness.get(happened.moderator_id or 0, 1.0)

    def _appeal_event(
        self,
        place: int,
        happened: ViolationEvent,
        status: Literal["pending", "approved", "denied"],
        at_ms: int,
    ) -> AppealEvent:
        return AppealEvent(
            id=self._ids.of("appeal asked" if status == "pending" else "appeal decided", place),
            guild_id=happened.guild_id,
            timestamp=TimestampMs(at_ms),
            appeal_id=str(self._ids.of("appeal", place)),
            violation_id=happened.id,
            status=status,
            text=APPEALS[place % len(APPEALS)] if status == "pending" else None,
        )
