"""What happens in the invented guilds right now: the events of one short stretch of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from uuid import UUID

import msgspec

from domain.actions import Action, normalise_action
from domain.clock import rfc3339
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events.structs import (
    Event,
    HeartbeatEvent,
    MessagesEvent,
    RateLimit,
    Snowflake,
    TimestampMs,
    UserEvent,
    WarningEvent,
)
from services.demo.aftermath import Seat
from services.demo.guild import DemoGuild, demo_guild, member_of
from services.demo.incident import (
    Draws,
    Moment,
    violation,
)
from services.demo.rhythm import LocalHours, usual_liveliness, weekly_curve

HEARTBEAT_MS = 30_000
_LEAST_A_DAY = 1.0
# Who has not been seen in the history: their places in the ranking begin here.
_NEW_FACES = 1_000_000
_NEW_FACES_PER_GUILD = 60
_SEATS_KEPT = 10_000
_GUILDS_AT_ONCE = 50


class DemoPresent:
    """Goes on as it was: `rates` says how many violations a day each guild had of late.

    Memory does not grow.
    """

    def __init__(self, rates: Mapping[int, float], chance: Random, now_ms: int) -> None:
        self._chance = chance
        self._guilds = [demo_guild(guild_id) for guild_id in sorted(rates)]
        self._rates = [max(rates[guild.guild_id], _LEAST_A_DAY) for guild in self._guilds]
        self._total_rate = sum(self._rates)
        self._until_ms = now_ms
        self._heartbeat_ms = 0
        self._turn = 0
        self._seats: dict[tuple[int, int], Seat] = {}

    def until(self, now_ms: int) -> list[Event]:
        """What happened since the last call, at most a minute of it."""
        since_ms = max(self._until_ms, now_ms - MINUTE_MS)
        self._until_ms = now_ms
        elapsed_ms = max(now_ms - since_ms, 0)
        events: list[Event] = [*self._heartbeats(now_ms), *self._messages(elapsed_ms, now_ms)]
        for guild, count in self._breaches(elapsed_ms, now_ms):
            for _ in range(count):
                at_ms = now_ms - self._chance.randrange(elapsed_ms + 1)
                events.extend(self._incident(guild, at_ms))
        return events

    def _heartbeats(self, now_ms: int) -> Iterator[HeartbeatEvent]:
        if now_ms - self._heartbeat_ms < HEARTBEAT_MS:
            return
        self._heartbeat_ms = now_ms
        for guild in self._guilds:
            remaining = self._chance.randrange(22, 50)
            yield HeartbeatEvent(
                id=self._id(),
                guild_id=Snowflake(guild.guild_id),
                timestamp=TimestampMs(now_ms),
                latency_ms=int(self._chance.lognormvariate(3.9, 0.3)),
                shard_id=0,
                rate_limit=RateLimit(limit=50, remaining=remaining, reset_after_ms=1_000),
            )

    def _messages(self, elapsed_ms: int, now_ms: int) -> Iterator[MessagesEvent]:
        """Counts in turns, where there are too many guilds for all to speak each time."""
        guilds = len(self._guilds)
        speaking = min(guilds, _GUILDS_AT_ONCE)
        for place in range(self._turn, self._turn + speaking):
            guild = self._guilds[place % guilds]
            violations = self._violations_per_ms(place % guilds, now_ms) * elapsed_ms
            expected = violations * guilds / speaking * 1000 / guild.violations_per_1000
            count = int(expected * self._chance.uniform(0.7, 1.3) + self._chance.random())
            if count:
                mean_ms = guild.bot_response_ms * self._chance.uniform(0.8, 1.3)
                yield MessagesEvent(
                    id=self._id(),
                    guild_id=Snowflake(guild.guild_id),
                    timestamp=TimestampMs(now_ms),
                    count=count,
                    response_time_ms_sum=int(count * mean_ms),
                    response_time_count=count,
                )
        self._turn = (self._turn + speaking) % guilds

    def _breaches(self, elapsed_ms: int, now_ms: int) -> Iterator[tuple[DemoGuild, int]]:
        places = range(len(self._guilds))
        (place,) = self._chance.choices(places, self._rates)
        share = self._rates[place] / self._total_rate
        expected = self._violations_per_ms(place, now_ms) / share * elapsed_ms
        yield self._guilds[place], int(expected + self._chance.random())

    def _violations_per_ms(self, place: int, now_ms: int) -> float:
        """By the hour of the week, as in the history."""
        guild = self._guilds[place]
        lively = weekly_curve(guild.peak_hour)[_local_hour(guild, now_ms)]
        return self._rates[place] / DAY_MS * lively / usual_liveliness(guild.peak_hour)

    def _incident(self, guild: DemoGuild, at_ms: int) -> Iterator[Event]:
        seat = self._seat(guild)
        user_id, timestamp = Snowflake(seat.member.user_id), TimestampMs(at_ms)
        guild_id = Snowflake(guild.guild_id)
        name = seat.member.username
        yield UserEvent(
            id=self._id(), guild_id=guild_id, timestamp=timestamp, user_id=user_id, username=name
        )
        when = Moment(at_ms, _local_hour(guild, at_ms) % 24, rules_retired=True)
        happened = violation(guild, self._id(), user_id, seat.standing, when, Draws(self._chance))
        yield happened
        action = normalise_action(happened.action_taken)
        if action is Action.BAN:
            # Gone: somebody else will be in that place.
            self._seats = {key: one for key, one in self._seats.items() if one is not seat}
        if seat.standing.rise(action):
            yield WarningEvent(
                id=self._id(),
                guild_id=guild_id,
                timestamp=timestamp,
                user_id=user_id,
                level=seat.standing.level,
                kicked_before=seat.standing.kicked_before,
            )

    def _seat(self, guild: DemoGuild) -> Seat:
        place = _NEW_FACES + int(_NEW_FACES_PER_GUILD * self._chance.random() ** 2)
        if len(self._seats) >= _SEATS_KEPT:
            self._seats.clear()
        key = guild.guild_id, place
        if key not in self._seats:
            life = self._chance.randrange(1_000)
            self._seats[key] = Seat(member_of(guild.guild_id, place, life))
        return self._seats[key]

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)


def wire(event: Event) -> dict[str, object]:
    """The event as its JSON object in the body of an ingest request."""
    names = [name for name in event.__struct_fields__ if getattr(event, name) is not None]
    body = {name: _wire(getattr(event, name)) for name in names}
    return {"type": event.__struct_config__.tag, **body}


def _wire(value: object) -> object:
    if isinstance(value, TimestampMs):
        return rfc3339(value)
    if isinstance(value, RateLimit):
        return msgspec.to_builtins(value)
    return str(value) if isinstance(value, Snowflake | UUID) else value


def _local_hour(guild: DemoGuild, at_ms: int) -> int:
    hour = at_ms // HOUR_MS
    return LocalHours(guild.timezone, hour, hour + 1).hour_of_week(at_ms)
