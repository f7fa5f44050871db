"""An invented guild: everything about it follows from its id, so that history and feed agree."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from services.demo.rules import RULES, DemoRule
from services.demo.words import (
    FIRST,
    GUILD_NAMES,
    GUILD_SUFFIXES,
    MODERATOR_NAMES,
    SECOND,
    TIMEZONES,
)

# Snowflakes carry the milliseconds since 2015 above bit 22 (Discord's reference, "Snowflakes").
DISCORD_EPOCH_MS = 1_420_070_400_000
_ID_BITS = 22
_FIRST_ACCOUNT_MS = 1_460_000_000_000  # April 2016
_LATEST_ACCOUNT_MS = 1_760_000_000_000  # October 2025
# Violations per 1000 messages: one calm guild, one ordinary, one in trouble, and so on.
_RATES = (1.8, 5.5, 11.0)


@dataclass(frozen=True, slots=True)
class DemoModerator:
    """On duty from `shift_start` (local hour) for `shift_hours`.

    Half of the answers come within `median_response_ms`. Appeals against the hasty (above 1) are
    granted more often.
    """

    user_id: int
    username: str
    shift_start: int
    shift_hours: int
    median_response_ms: int
    hastiness: float

    def is_on_duty(self, hour_of_day: int) -> bool:
        return (hour_of_day - self.shift_start) % 24 < self.shift_hours


@dataclass(frozen=True, slots=True)
class DemoGuild:
    guild_id: int
    name: str
    timezone: str
    peak_hour: int
    owner_id: int
    mod_role_id: int
    channel_ids: tuple[int, ...]
    moderators: tuple[DemoModerator, ...]
    rules: tuple[DemoRule, ...]
    rule_weights: tuple[float, ...]
    violations_per_1000: float
    bot_response_ms: float


@dataclass(frozen=True, slots=True)
class DemoMember:
    user_id: int
    username: str


def demo_guild_id(seed: int, index: int) -> int:
    """The id of the guild at `index`. Its low bits tell the index back, see `demo_guild`."""
    chance = Random(f"guild {seed} {index}")
    return snowflake_at(chance.randrange(_FIRST_ACCOUNT_MS, _LATEST_ACCOUNT_MS), index)


def demo_guild(guild_id: int) -> DemoGuild:
    chance = Random(guild_id)
    # Round and round by index, so that a few guilds already differ in all that can be seen.
    index = guild_id % (1 << _ID_BITS)
    suffix = GUILD_SUFFIXES[index // len(GUILD_NAMES) % len(GUILD_SUFFIXES)]
    return DemoGuild(
        guild_id=guild_id,
        name=GUILD_NAMES[index % len(GUILD_NAMES)] + suffix,
        timezone=TIMEZONES[index % len(TIMEZONES)],
        peak_hour=chance.randrange(18, 23),
        owner_id=_account_id(chance),
        mod_role_id=_account_id(chance),
        channel_ids=tuple(_account_id(chance) for _ in range(6)),
        moderators=_moderators(chance),
        rules=RULES,
        rule_weights=tuple(rule.weight * chance.uniform(0.4, 1.6) for rule in RULES),
        violations_per_1000=_RATES[index % len(_RATES)] * chance.uniform(0.85, 1.15),
        bot_response_ms=chance.uniform(22, 55),
    )


def member_of(guild_id: int, place: int, life: int) -> DemoMember:
    """Who sits at a place of the guild's ranking; whoever is banned is followed by a next life."""
    chance = Random(f"member {guild_id} {place} {life}")
    return DemoMember(_account_id(chance), _username(chance))


def snowflake_at(at_ms: int, low_bits: int) -> int:
    return (at_ms - DISCORD_EPOCH_MS << _ID_BITS) | low_bits % (1 << _ID_BITS)


def _moderators(chance: Random) -> tuple[DemoModerator, ...]:
    names = chance.sample(MODERATOR_NAMES, chance.randrange(4, 7))
    return tuple(
        DemoModerator(
            user_id=_account_id(chance),
            username=name,
            shift_start=chance.randrange(8, 20),
            shift_hours=chance.randrange(4, 8),
            median_response_ms=chance.randrange(25_000, 160_000),
            hastiness=chance.uniform(0.5, 1.6),
        )
        for name in names
    )


def _account_id(chance: Random) -> int:
    at_ms = chance.randrange(_FIRST_ACCOUNT_MS, _LATEST_ACCOUNT_MS)
    return snowflake_at(at_ms, chance.getrandbits(_ID_BITS))


def _username(chance: Random) -> str:
    first, second = chance.choice(FIRST), chance.choice(SECOND)
    style = chance.randrange(5)
    if style == 0:
        return f"{first}.{second}"
    if style == 1:
        return f"{first}_{second}"
    if style == 2:
        return f"{second}{chance.randrange(7, 99)}"
    if style == 3:
        return f"{first[0]}{second}_{chance.randrange(1984, 2010)}"
    return f"{first}{second}"
