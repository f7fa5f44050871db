"""Made-up histories of a few guilds for property tests: any events, in any batches."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st

from domain.clock import parse_rfc3339
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events import structs as events
from schemas.events.structs import Event, Snowflake, TimestampMs

# Half past the hour in which European clocks go forward, with broken minutes and seconds.
NOW_MS = parse_rfc3339("2026-03-29T01:31:15.250Z")
GUILDS, USERS = 3, 4
_examples = count(1)


@dataclass(frozen=True)
class Made:
    """The events of one example, each once, and the batches they arrive in."""

    guild_ids: list[int]
    events: list[Event]
    batches: list[list[Event]]


def times(now_ms: int = NOW_MS) -> st.SearchStrategy[int]:
    """Epoch ms over 30 days to 5 minutes ahead: anywhere, just by bucket edges, close together."""
    widths = st.sampled_from([MINUTE_MS, HOUR_MS, DAY_MS])
    edges = st.builds(
        lambda width, back, off: (now_ms // width - back) * width + off,
        widths,
        st.sampled_from([0, 1, 23, 24, 59, 60, 119, 120, 167, 168]),
        st.integers(-1, 1),
    )
    near = st.integers(0, 12).map(lambda minutes: now_ms - minutes * MINUTE_MS)
    return st.one_of(near, edges, st.integers(now_ms - 30 * DAY_MS, now_ms + 5 * MINUTE_MS)).map(
        lambda ms: min(max(ms, now_ms - 30 * DAY_MS), now_ms + 5 * MINUTE_MS)
    )


def _optional(strategy: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.none() | strategy


_words = st.sampled_from(["spam", "caps", "links", "Ünï ☃ 😀", 'it\'s "quoted" \\ %s'])
_users = st.integers(1, USERS)
_milliseconds = st.sampled_from([0, 1, 19, 20, 21, 99, 100, 1_000, 3_599_999, 3_600_000])
Fields = dict[str, object]

_violation = st.fixed_dictionaries(
    {
        "type": st.just("violation"),
        "user_id": _users,
        "reason": _words,
        "severity": st.sampled_from(["low", "medium", "high"]),
        "detection_type": st.sampled_from(["regex", "ai", "automod", "manual", "raid"]),
        "action_taken": st.sampled_from(["", "Warned", "1-hour timeout", "kick", "ban", "Unban"]),
        "rule": st.none() | st.just("") | _words,
        "moderator_id": _optional(_users),
        "response_time_ms": _optional(_milliseconds),
    }
)
_messages = st.fixed_dictionaries(
    {
        "type": st.just("messages"),
        "count": st.sampled_from([1, 9, 50, 1_000_000]),
        "response_time_ms_sum": _optional(st.integers(0, 5_000)),
        "response_time_count": _optional(st.integers(0, 3)),
    }
)
_heartbeat = st.fixed_dictionaries(
    {
        "type": st.just("heartbeat"),
        "latency_ms": _optional(st.integers(0, 500)),
        "shard_id": _optional(st.integers(0, 1)),
    }
)
_warning = st.fixed_dictionaries(
    {
        "type": st.just("warning"),
        "user_id": _users,
        "level": st.integers(0, 5),
        "kicked_before": st.none() | st.booleans(),
    }
)
_appeal = st.fixed_dictionaries(
    {
        "type": st.just("appeal"),
        "appeal_id": st.sampled_from(["a", "b", "c"]),
        "violation": st.integers(0, 20),
        "status": st.sampled_from(["pending", "approved", "denied"]),
        "resolved_by": _optional(_users),
    }
)
_guild = st.fixed_dictionaries(
    {
        "type": st.just("guild"),
        "name": st.none() | _words,
        "icon": st.none() | st.sampled_from(["x", "y"]),
        "owner_id": _optional(_users),
        "member_count": _optional(st.integers(0, 9)),
    }
)
_user = st.fixed_dictionaries(
    {
        "type": st.just("user"),
        "user_id": _users,
        "username": st.sampled_from(["ada", "Bob", "Žofie"]),
        "avatar": st.none() | st.sampled_from(["a_1", "b2"]),
        "discriminator": st.none() | st.sampled_from(["0", "0042"]),
    }
)
_KINDS: tuple[st.SearchStrategy[Any], ...] = (
    _violation,
    _messages,
    _heartbeat,
    _warning,
    _appeal,
    _guild,
    _user,
)
_late = st.integers(0, 40).map(lambda tens: tens * 10_000)
_hits = st.lists(st.tuples(_late, _users), min_size=8, max_size=14)
# Guild (by its place), time, and the fields of an event.
Placed = tuple[int, int, Fields]


@st.composite
def histories(draw: st.DrawFn, largest: int = 30) -> list[Placed]:
    """Events of some types, at a few times, so that many meet; and bursts that may be raids."""
    moments = st.sampled_from(draw(st.lists(times(), min_size=1, max_size=8)))
    kinds = draw(st.lists(st.sampled_from(range(len(_KINDS))), min_size=1, max_size=4))
    guilds = st.integers(0, draw(st.integers(0, GUILDS - 1)))
    placed: list[Placed] = []
    for _ in range(draw(st.integers(0, largest))):
        fields = _KINDS[draw(st.sampled_from(kinds))]
        placed.append((draw(guilds), draw(moments), draw(fields)))
    for _ in range(draw(st.integers(0, 2))):
        placed += _burst(draw(guilds), draw(moments), draw(_hits), draw(_violation))
    return placed


def _burst(guild: int, start_ms: int, hits: list[tuple[int, int]], fields: Fields) -> list[Placed]:
    latest_ms = NOW_MS + 5 * MINUTE_MS
    return [
        (guild, min(start_ms + late_ms, latest_ms), {**fields, "user_id": user})
        for late_ms, user in hits
    ]


@st.composite
def made(draw: st.DrawFn, largest: int = 30) -> Made:
    """A history of guilds nobody has used before, in batches with repeats and in any order."""
    placed = draw(histories(largest))
    chance = draw(st.randoms(use_true_random=False))
    return in_batches(placed, chance, draw(st.integers(1, 5)))


def in_batches(placed: Sequence[Placed], chance: random.Random, batches: int) -> Made:
    """Realise a history with ids of its own and deal its events out, some of them repeatedly."""
    base = next(_examples) * 1_000 + 10**17
    guild_ids = [base + guild for guild in range(GUILDS)]
    known = [_event(base, number, *one) for number, one in enumerate(placed)]
    dealt: list[list[Event]] = [[] for _ in range(batches)]
    for event in known:
        for _ in range(chance.choice([1, 1, 2, 3])):
            chance.choice(dealt).append(event)
    for batch in dealt:
        chance.shuffle(batch)
    return Made(guild_ids, known, dealt)


def event_id(base: int, number: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"{base} {number}")


_CLASSES: dict[object, type[Event]] = {
    "violation": events.ViolationEvent,
    "messages": events.MessagesEvent,
    "heartbeat": events.HeartbeatEvent,
    "warning": events.WarningEvent,
    "appeal": events.AppealEvent,
    "guild": events.GuildEvent,
    "user": events.UserEvent,
}
_USER_FIELDS = ("user_id", "moderator_id", "owner_id", "resolved_by")


def _user_id(base: int, guild: int, field: str, user: int) -> int:
    """The first two users are members everywhere, the others and all moderators of one guild."""
    is_everywhere = user <= 2 and field == "user_id"
    return base + user if is_everywhere else base + 100 * (guild + 1) + user


def _event(base: int, number: int, guild: int, timestamp_ms: int, given: Fields) -> Event:
    fields = dict(given)
    kind = _CLASSES[fields.pop("type")]
    for name in _USER_FIELDS:
        if isinstance(user := fields.get(name), int):
            fields[name] = Snowflake(_user_id(base, guild, name, user))
    if isinstance(violation := fields.pop("violation", None), int):
        fields["violation_id"] = event_id(base, violation)
    return kind(
        id=event_id(base, number),
        guild_id=Snowflake(base + guild),
        timestamp=TimestampMs(timestamp_ms),
        **fields,
    )
