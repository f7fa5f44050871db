"""Invented servers: what is usual there, busy nights, and raids of each kind."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from domain.incident_hours import Usual, usual_of
from domain.incidents import Incident, IncidentHit, find_incidents
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

DAYS = 30
EVENING_MS = (DAYS - 1) * DAY_MS + 19 * HOUR_MS
MORNING_MS = (DAYS - 1) * DAY_MS + 9 * HOUR_MS
# Most is going on in the evening; of eight rules some are broken more often.
_BY_HOUR = [1.0 if 8 <= hour < 16 else 3.0 if 17 <= hour <= 23 else 0.4 for hour in range(24)]
_RULES = [0, 0, 0, 1, 1, 2, 3, 4]


def ordinary(chance: random.Random, per_day: int) -> list[IncidentHit]:
    """A month of everyday violations: more on weekends, and three in ten by people who go on."""
    hits: list[IncidentHit] = []
    for day in range(DAYS):
        factor = per_day * (1.6 if day % 7 > 4 else 1.0) / sum(_BY_HOUR) / 1.6
        for hour in range(24):
            for _ in range(_poisson(chance, factor * _BY_HOUR[hour])):
                at_ms = day * DAY_MS + hour * HOUR_MS + chance.randrange(HOUR_MS)
                hits += _person(chance, at_ms)
    return sorted(hits)


def busy_night(chance: random.Random, per_day: int, more: int) -> list[IncidentHit]:
    """Three hours of the last evening in which as much comes again, `more` times."""
    per_hour = per_day * 3.0 / sum(_BY_HOUR) * more
    return [
        _ordinary(chance, EVENING_MS + hour * HOUR_MS + chance.randrange(HOUR_MS))
        for hour in range(3)
        for _ in range(_poisson(chance, per_hour))
    ]


def join_raid(chance: random.Random, at_ms: int) -> list[IncidentHit]:
    """24 accounts, 60 violations, two minutes."""
    return [_hit(at_ms + chance.randrange(2 * MINUTE_MS), 10_000 + n % 24) for n in range(60)]


def mention_spam(chance: random.Random, at_ms: int) -> list[IncidentHit]:
    """Five accounts, 35 violations, four minutes."""
    return [_hit(at_ms + chance.randrange(4 * MINUTE_MS), 10_000 + n % 5) for n in range(35)]


def compromised_account(chance: random.Random, at_ms: int) -> list[IncidentHit]:
    """One account writes the same into fourteen channels within a minute."""
    return [_hit(at_ms + n * 4_000 + chance.randrange(500), 10_000) for n in range(14)]


def slow_burn(chance: random.Random, at_ms: int) -> list[IncidentHit]:
    """Twelve accounts, one violation in about two minutes, for eighty minutes."""
    return [
        _hit(at_ms + n * 2 * MINUTE_MS + chance.randrange(MINUTE_MS), 10_000 + n % 12)
        for n in range(40)
    ]


Kind = Callable[[random.Random, int], list[IncidentHit]]
KINDS: Sequence[Kind] = (join_raid, mention_spam, compromised_account, slow_burn)


def usual_in(hits: Sequence[IncidentHit]) -> Callable[[int], Usual]:
    counts = Counter(hit.timestamp_ms // HOUR_MS for hit in hits)
    return lru_cache(None)(lambda hour: usual_of(counts, hour))


def found_in(hits: Sequence[IncidentHit]) -> list[Incident]:
    return find_incidents(sorted(hits), usual_in(hits))


def _person(chance: random.Random, at_ms: int) -> list[IncidentHit]:
    first = _ordinary(chance, at_ms)
    if chance.random() >= 0.3:
        return [first]
    more = range(chance.choice([1, 1, 2, 4]))
    return [
        first,
        *(first._replace(timestamp_ms=at_ms + int(chance.expovariate(1 / 20_000))) for _ in more),
    ]


def _ordinary(chance: random.Random, at_ms: int) -> IncidentHit:
    member, rule, channel = chance.randrange(500), chance.choice(_RULES), chance.randrange(6)
    return IncidentHit(
        timestamp_ms=at_ms, user_id=member, rule=rule, channel_id=channel, action="warning"
    )


def _hit(at_ms: int, user_id: int) -> IncidentHit:
    return IncidentHit(timestamp_ms=at_ms, user_id=user_id, rule=9, channel_id=None, action="ban")


def _poisson(chance: random.Random, mean: float) -> int:
    """Arrivals in a unit of time, one after the other."""
    count, time = 0, chance.expovariate(mean)
    while time < 1:
        count, time = count + 1, time + chance.expovariate(mean)
    return count
