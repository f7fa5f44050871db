"""One invented violation: who, which rule, what was done about it, by whom and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random
from typing import TypeVar
from uuid import UUID

from domain.actions import Action
from schemas.events.structs import (
    HIGHEST_RESPONSE_TIME_MS,
    Snowflake,
    TimestampMs,
    ViolationEvent,
)
from services.demo.guild import DemoGuild, DemoModerator, snowflake_at
from services.demo.rules import RETIRED_RULE, RULES, SEVERITIES, Severity
from services.demo.words import ACTIONS, CHANNELS, RAID_REASONS, UNNAMED_REASONS

T = TypeVar("T")
HIGHEST_LEVEL = 5
_RAID_ACTIONS = (("Permanently banned", 6.0), ("Kicked from server", 3.0), ("1-hour timeout", 1.0))


# What was done, and the warning level whose name says so (services/members/warnings.py).
_LEVELS = {Action.TIMEOUT: 3, Action.KICK: 4, Action.BAN: HIGHEST_LEVEL}
_HIGHEST_WARNED = 2


@dataclass(slots=True)
class Standing:
    """What a member has behind them."""

    level: int = 0
    kicked_before: bool = False

    def rise(self, action: Action) -> bool:
        """Whether the level rose. Nobody is "Banned" without a ban, nor "Kicked" without a kick."""
        self.kicked_before |= action is Action.KICK
        before = self.level
        if action is Action.WARNING:
            self.level = max(min(before + 1, _HIGHEST_WARNED), before)
        else:
            self.level = max(_LEVELS.get(action, 0), before)
        return self.level > before


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and what that means in the guild: its local hour, and which rules still bite."""

    at_ms: int
    hour_of_day: int
    rules_retired: bool = False


class Draws:
    """The chance a violation takes, all of it before anything is decided.

    Fixed in number, so that a history made again later does not drift apart (demo_rhythm.py).
    """

    __slots__ = ("bits", "named", "places", "reaction")

    def __init__(self, chance: Random) -> None:
        self.places = [chance.random() for _ in range(8)]
        self.reaction = chance.gauss(0, 1)
        self.named = chance.random()
        self.bits = chance.getrandbits(44)


def violation(
    guild: DemoGuild, id: UUID, user_id: int, standing: Standing, when: Moment, draws: Draws
) -> ViolationEvent:
    rule_draw, reason_draw, detection_draw, severity_draw, action_draw, *people = draws.places
    rule = pick(tuple(zip(guild.rules, guild.rule_weights, strict=True)), rule_draw)
    detection = pick(rule.detections, detection_draw)
    severity = pick(tuple(zip(SEVERITIES, rule.severity_weights, strict=True)), severity_draw)
    moderator = _moderator(guild, when.hour_of_day, detection == "manual", people[0], people[1])
    if when.rules_retired and rule is RETIRED_RULE:
        rule = RULES[0]
    unnamed = detection == "manual" and draws.named < 0.15
    reasons = UNNAMED_REASONS if unnamed else rule.reasons
    channel = int(people[2] ** 2 * len(guild.channel_ids))
    return ViolationEvent(
        id=id,
        guild_id=Snowflake(guild.guild_id),
        timestamp=TimestampMs(when.at_ms),
        user_id=Snowflake(user_id),
        reason=reasons[int(reason_draw * len(reasons))],
        severity=severity,
        detection_type=detection,
        action_taken=_action(severity, standing, action_draw),
        rule=None if unnamed else rule.name,
        message_id=Snowflake(snowflake_at(when.at_ms, draws.bits)),
        channel_id=Snowflake(guild.channel_ids[channel]),
        channel_name=CHANNELS[channel],
        moderator_id=Snowflake(moderator.user_id) if moderator else None,
        response_time_ms=_response_time_ms(guild, moderator, draws.reaction),
    )


def raid_violation(
    guild: DemoGuild, id: UUID, user_id: int, at_ms: int, draws: Draws, *, is_first: bool
) -> ViolationEvent:
    """Two of each raider: a message that goes, and what ends it. Who is banned does no more."""
    reason_draw, action_draw, *_ = draws.places
    return ViolationEvent(
        id=id,
        guild_id=Snowflake(guild.guild_id),
        timestamp=TimestampMs(at_ms),
        user_id=Snowflake(user_id),
        reason=RAID_REASONS[int(reason_draw * len(RAID_REASONS))],
        severity="high",
        detection_type="raid",
        action_taken="Message removed" if is_first else pick(_RAID_ACTIONS, action_draw),
        rule="Raid",
        message_id=Snowflake(snowflake_at(at_ms, draws.bits)),
        channel_id=Snowflake(guild.channel_ids[0]),
        channel_name=CHANNELS[0],
        response_time_ms=_response_time_ms(guild, None, draws.reaction),
    )


def pick(choices: tuple[tuple[T, float], ...], draw: float) -> T:
    """The choice that `draw` (0..1) falls on, each as wide as its weight."""
    left = draw * sum(weight for _, weight in choices)
    for choice, weight in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][0]


def _moderator(
    guild: DemoGuild, hour_of_day: int, by_hand: bool, handled_draw: float, who_draw: float
) -> DemoModerator | None:
    """Who answered: mostly the bot alone, and at night nobody is there to."""
    on_duty = [one for one in guild.moderators if one.is_on_duty(hour_of_day)]
    if not on_duty and not by_hand:
        return None
    if not by_hand and handled_draw > 0.07:
        return None
    # The first of those on duty does the most, as it goes.
    people = on_duty or list(guild.moderators[:2])
    return people[int(who_draw**1.5 * len(people))]


def _action(severity: Severity, standing: Standing, draw: float) -> str:
    """One step harder for what is worse, and for who did it before.

    Whoever answered has no say in it: who that was depends on the clock (see demo_rhythm.py).
    """
    step = {"low": 0.0, "medium": 0.8, "high": 1.9}[severity] + 0.45 * standing.level + 1.9 * draw
    if step < 2.0:
        return "Message removed" if draw < 0.08 else ACTIONS[0]
    for action, until in zip(ACTIONS[1:4], (3.2, 4.4, 5.1), strict=True):
        if step < until:
            return action
    return ACTIONS[4]


def _response_time_ms(guild: DemoGuild, moderator: DemoModerator | None, reaction: float) -> int:
    """People take minutes, bots a fraction of a second; both sometimes much longer."""
    median_ms = moderator.median_response_ms if moderator else 3 * guild.bot_response_ms
    spread = 0.9 if moderator else 0.5
    return min(int(median_ms * exp(spread * reaction)), HIGHEST_RESPONSE_TIME_MS)
