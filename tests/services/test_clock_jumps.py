"""A clock of the server that jumps both ways: what was accepted is counted, the hour is right."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import orjson
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapters.database import Database
from domain.clock import AHEAD_MS, rfc3339
from domain.snapshot import Kind
from domain.spans import Span, window_of
from domain.touched import of_spans
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.events.body import OLDEST_MS
from schemas.events.structs import Event
from services.importers.murdoch.metrics import metrics_hour, store_metrics
from services.importers.murdoch.row import MurdochRow
from services.ingest.store import ingest_events
from services.operations.minutes import forget_minutes, restore_minutes
from services.operations.rollups import rebuild, verify
from services.snapshots.making import make_snapshots
from tests.parts import examples
from tests.services.events import messages, violation
from tests.services.histories import NOW_MS

_guilds = count(9 * 10**17)
Step = tuple[str, int, int]
JUMPS = (0, 0, HOUR_MS, -HOUR_MS, 5 * HOUR_MS, -5 * HOUR_MS, DAY_MS, -DAY_MS)
STEPS = ("live", "live", "history", "forget", "sweep", "rebuild", "import")
# What is done, how far off the clock is then, and how many minutes ago an event is by the true one.
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from(JUMPS), st.integers(-4, 300)), max_size=12
)


@settings(
    deadline=None,
    max_examples=examples(6),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(done=steps)
@example(done=[("live", DAY_MS, 3), ("live", 0, 1)])
@example(done=[("live", 0, 3), ("forget", DAY_MS, 0), ("live", DAY_MS, 2), ("live", 0, 1)])
@example(done=[("live", 0, 3), ("rebuild", DAY_MS, 0), ("live", 0, 1)])
@example(done=[("live", 0, 3), ("forget", 0, 0), ("history", DAY_MS, 9), ("forget", -DAY_MS, 0)])
def test_whatever_the_clock_says_it_is_counted(database: Database, done: list[Step]) -> None:
    guild_id = next(_guilds)
    accepted: list[Event] = []
    for action, jump_ms, minutes_ago in done:
        clock_ms = NOW_MS + jump_ms
        if action in ("live", "history"):
            event = violation(guild_id, NOW_MS - minutes_ago * MINUTE_MS)
            if clock_ms - OLDEST_MS <= event.timestamp <= clock_ms + AHEAD_MS:
                accepted += [event, messages(guild_id, event.timestamp, 7)]
                ingest_events(database, accepted[-2:], clock_ms, live=action == "live")
        else:
            _maintain(action, database, guild_id, clock_ms)
    restore_minutes(database, NOW_MS)
    assert verify(database, [guild_id], NOW_MS) == []
    if accepted:
        assert _hour(database, guild_id) == _expected(accepted)


def _maintain(action: str, database: Database, guild_id: int, clock_ms: int) -> None:
    does: dict[str, Callable[[], object]] = {
        "forget": lambda: forget_minutes(database, clock_ms),
        "sweep": lambda: restore_minutes(database, clock_ms),
        "rebuild": lambda: rebuild(database, [guild_id], clock_ms),
        "import": lambda: _import_hour(database, guild_id, clock_ms),
    }
    does[action]()


def _import_hour(database: Database, guild_id: int, clock_ms: int) -> None:
    """One that the earlier bot counted, two days ago."""
    said = rfc3339(NOW_MS - 2 * DAY_MS).encode()
    row = MurdochRow({"guild_id": guild_id, "hour": said, "messages_processed": 5}, clock_ms)
    store_metrics(database, [metrics_hour(row)], clock_ms)


def _hour(database: Database, guild_id: int) -> tuple[int, int]:
    """Messages and violations of the period `hour`, as it is answered."""
    with database.read() as connection:
        made = make_snapshots(connection, {guild_id: of_spans((Span.HOUR,))}, NOW_MS)
    (body,) = (orjson.loads(one.body) for one in made if one.kind is Kind.METRICS)
    return body["messages_processed"], body["violations_total"]


def _expected(accepted: list[Event]) -> tuple[int, int]:
    window = window_of(Span.HOUR, NOW_MS)
    hits = sum(window.contains(event.timestamp) for event in accepted) // 2
    return 7 * hits, hits
