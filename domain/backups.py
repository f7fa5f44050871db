"""Backups by their time: their names, which of them are kept, and when the next one is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS

# One an hour of the last day, one a day before that.
EVERY_HOUR_FOR_MS = DAY_MS
REHEARSED_EVERY_MS = 7 * DAY_MS
# A try may read the whole database, and what is in its way is seldom gone within minutes.
FIRST_WAIT_MS, LONGEST_WAIT_MS = 5 * MINUTE_MS, HOUR_MS
_FORM = "%Y%m%dT%H%M%SZ"


class BackupError(Exception):
    """It could not be done; the text is the one line an operator needs."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One that can be put back; `name` is what commands call it."""

    name: str
    at_ms: int
    size_bytes: int
    # Of what was there when another one was put back.
    is_before: bool = False


def stamp(at_ms: int) -> str:
    """`20261130T063100Z`."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime(_FORM)


def read_stamp(text: str) -> int:
    """Epoch milliseconds. Raises ValueError."""
    return int(datetime.strptime(text, _FORM).replace(tzinfo=UTC).timestamp()) * 1000


def superfluous(backups: Iterable[Backup], now_ms: int, keep_days: int) -> list[Backup]:
    """Those that are kept no longer: of an hour of the last day, and of a day before it, the newest
    stays; what is older than `keep_days` goes, unless it is the newest of all. What was there
    before a restore goes with its age alone: one of the same hour is of another history."""
    every = list(backups)
    newest_first = sorted((one for one in every if not one.is_before), key=lambda one: -one.at_ms)
    kept: set[tuple[int, int]] = set()
    gone = [one for one in every if one.is_before and now_ms - one.at_ms > keep_days * DAY_MS]
    for one in newest_first:
        age_ms = now_ms - one.at_ms
        length_ms = HOUR_MS if age_ms < EVERY_HOUR_FOR_MS else DAY_MS
        place = (length_ms, one.at_ms // length_ms)
        is_too_old = age_ms > keep_days * DAY_MS and bool(kept)
        if place in kept or is_too_old:
            gone.append(one)
        kept.add(place)
    return gone


def is_due(last_ms: int | None, every_ms: int, now_ms: int) -> bool:
    """Also where the last one is of a future: its clock, or ours, was wrong."""
    return last_ms is None or not 0 <= now_ms - last_ms < every_ms


def wait_after_ms(failures: int) -> int:
    """How long nobody asks for another after so many in a row that were given up."""
    return min(FIRST_WAIT_MS << min(failures - 1, 16), LONGEST_WAIT_MS) if failures else 0
