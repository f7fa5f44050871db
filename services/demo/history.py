"""The invented past of one guild, event by event, oldest first but for what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from domain.actions import normalise_action
from domain.windows import HOUR_MS, MINUTE_MS
from schemas.events.structs import (
    Event,
    GuildEvent,
    MessagesEvent,
    Snowflake,
    TimestampMs,
    UserEvent,
)
from services.demo.aftermath import Aftermath, DemoIds, Seat
from services.demo.guild import DemoGuild, DemoMember, member_of
from services.demo.incident import (
    Draws,
    Moment,
    Standing,
    raid_violation,
    violation,
)
from services.demo.rhythm import LocalHours, Timeline, in_order

_RAID_EVERY_DAYS = 11
_RAID_LATEST = 0.965
_RETIRED_FROM = 0.3
_LEAST_MESSAGES_PER_HOUR = 12
_MOST_MESSAGES = 1_000_000  # of one event


@dataclass(frozen=True, slots=True)
class _Raid:
    first: int
    size: int
    span_ms: int


class GuildHistory:
    """`violations` of them over `days` up to `now_ms`; the same `seed` gives the same history."""

    def __init__(
        self, guild: DemoGuild, seed: int, days: int, violations: int, now_ms: int
    ) -> None:
        self._guild, self._days, self._count = guild, days, violations
        self._chance = Random(f"history {seed} {guild.guild_id} {days} {violations}")
        self._end_ms = now_ms // MINUTE_MS * MINUTE_MS
        self._guild_id = Snowflake(guild.guild_id)
        self._ids = DemoIds(seed, guild.guild_id)
        self._aftermath = Aftermath(guild, self._ids, self._chance, self._end_ms)
        self._timeline = Timeline.ending_at(
            self._end_ms, days, guild.timezone, guild.peak_hour, self._chance
        )
        first_hour, end_hour = self.start_ms // HOUR_MS, self._end_ms // HOUR_MS + 1
        self._local = LocalHours(guild.timezone, first_hour, end_hour)
        self._seats: dict[int, Seat] = {}
        self._places = max(12, violations // 3)

    @property
    def start_ms(self) -> int:
        return self._timeline.start_ms

    def events(self) -> Iterator[Event]:
        yield self._guild_event()
        for moderator in self._guild.moderators:
            yield self._user_event(DemoMember(moderator.user_id, moderator.username))
        yield from self._messages()
        yield from self._violations()

    def _guild_event(self) -> GuildEvent:
        return GuildEvent(
            id=self._ids.of("guild", 0),
            guild_id=self._guild_id,
            timestamp=TimestampMs(self.start_ms),
            name=self._guild.name,
            owner_id=Snowflake(self._guild.owner_id),
            member_count=self._places * self._chance.randrange(9, 30) + 120,
        )

    def _messages(self) -> Iterator[MessagesEvent]:
        usual = 1000 * self._count / self._guild.violations_per_1000
        total = max(usual, _LEAST_MESSAGES_PER_HOUR * 24 * self._days)
        for place, slot in enumerate(self._timeline.slots):
            # Never none: how many events there are must not depend on the clock.
            count = min(max(round(total * slot.share), 1), _MOST_MESSAGES)
            mean_ms = self._guild.bot_response_ms * self._chance.uniform(0.8, 1.3)
            yield MessagesEvent(
                id=self._ids.of("messages", place),
                guild_id=self._guild_id,
                timestamp=TimestampMs(slot.start_ms),
                count=count,
                response_time_ms_sum=int(count * mean_ms),
                response_time_count=count,
            )

    def _violations(self) -> Iterator[Event]:
        raids = {raid.first: raid for raid in self._raids()}
        raid, raid_ms = _Raid(0, 0, 0), 0
        for place, share in enumerate(in_order(self._count, self._chance)):
            at_ms = self._timeline.moment_ms(share)
            if place in raids:
                raid, raid_ms = raids[place], at_ms
            draws, seat_draw = Draws(self._chance), self._chance.random()
            step = place - raid.first
            if step < raid.size:
                at_ms = min(raid_ms + raid.span_ms * step // raid.size, self._end_ms)
                yield from self._raider(raid.first, step, at_ms, draws)
            else:
                yield from self._incident(place, at_ms, share, draws, seat_draw)

    def _raids(self) -> Iterator[_Raid]:
        wanted = min(self._days // _RAID_EVERY_DAYS + 1, self._count // 150)
        for number in range(wanted):
            # One of them lately, the others anywhere in the stretch that is theirs.
            latest = number == wanted - 1
            share = _RAID_LATEST if latest else (number + self._chance.random()) / wanted * 0.93
            size, span_ms = self._chance.randrange(16, 44), self._chance.randrange(70_000, 250_000)
            yield _Raid(int(share * self._count), size, span_ms)

    def _raider(self, first: int, step: int, at_ms: int, draws: Draws) -> Iterator[Event]:
        # Two violations each. Places below zero are nobody's in the ranking.
        member = member_of(self._guild.guild_id, -1 - first - step // 2, 0)
        is_first = step % 2 == 0
        if is_first:
            yield self._user_event(member)
        id, user_id = self._ids.of("violation", first + step), member.user_id
        happened = raid_violation(self._guild, id, user_id, at_ms, draws, is_first=is_first)
        yield happened
        standing = Standing()
        if standing.rise(normalise_action(happened.action_taken)):
            yield self._aftermath.warning(first + step, standing, happened)

    def _incident(
        self, place: int, at_ms: int, share: float, draws: Draws, seat_draw: float
    ) -> Iterator[Event]:
        seat_place = int(self._places * seat_draw**1.8)
        seat = self._seats.get(seat_place)
        if seat is None:
            seat = self._seats[seat_place] = Seat(member_of(self._guild.guild_id, seat_place, 0))
            yield self._user_event(seat.member)
        hour_of_day = self._local.hour_of_week(at_ms) % 24
        when = Moment(at_ms, hour_of_day, rules_retired=share > _RETIRED_FROM)
        id = self._ids.of("violation", place)
        happened = violation(self._guild, id, seat.member.user_id, seat.standing, when, draws)
        yield happened
        life = seat.life
        yield from self._aftermath.events(place, share, seat, happened)
        if seat.life != life:
            seat.member = member_of(self._guild.guild_id, seat_place, seat.life)
            yield self._user_event(seat.member)

    def _user_event(self, member: DemoMember) -> UserEvent:
        return UserEvent(
            id=self._ids.of("user", member.user_id),
            guild_id=self._guild_id,
            # Just heard of, so that nobody asks Discord about people who do not exist.
            timestamp=TimestampMs(self._end_ms),
            user_id=Snowflake(member.user_id),
            username=member.username,
            discriminator="0",
        )
