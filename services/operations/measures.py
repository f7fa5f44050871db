"""How the installation stands just now, for `/metrics`: looked up whenever somebody asks.

What cannot be known, since the database or Redis is away, is left out rather than told as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from adapters.process.time_limit import within
from adapters.redis.pulse import Pulse
from adapters.telemetry.exposition import Measure
from domain.put_aside import Work
from models.deliveries.sendable import count_due, next_due
from models.exports.lost import lost_exports
from models.exports.turns import Standing, standing
from models.outbox import count_guilds_aside, count_waiting, oldest_waiting_ms
from models.put_aside import count_guilds_failing, failing_steps
from models.reports.occurrences import open_runs
from models.reports.schedules import count_failing, overdue
from models.snapshots.dirty import count_dirty, count_put_aside, oldest_due_ms
from models.work.counts import count_by_kind, waiting
from models.work.long import last_done_ms
from services.backups.dumps import last_dump_ms
from services.backups.keeper import CREATE, REHEARSE, are_set_up
from services.container import Parts
from services.work.kinds import KINDS

DATABASE_SECONDS = 1.5
_Looks = Callable[[Connection, int], float]


def _age_seconds(since_ms: int | None, now_ms: int) -> float:
    return 0.0 if since_ms is None else max(now_ms - since_ms, 0) / 1000


# Name, words, and the look at the database; each a number without labels.
LOOKS: tuple[tuple[str, str, _Looks], ...] = (
    (
        "modwatch_dirty_guilds",
        "Guilds whose snapshots are behind what was counted",
        lambda connection, _: count_dirty(connection),
    ),
    (
        "modwatch_guilds_aside",
        "Guilds put aside now, since their snapshots could not be made",
        lambda connection, _: count_put_aside(connection),
    ),
    (
        "modwatch_outbox_guilds_aside",
        "Guilds put aside now, since their live events could not be published",
        lambda connection, _: count_guilds_aside(connection),
    ),
    (
        "modwatch_steps_failing",
        "Steps of sweeping and deleting that failed when they were last tried",
        lambda connection, _: len(failing_steps(connection)),
    ),
    (
        "modwatch_outbox_waiting",
        "Entries of live events that are committed and not yet published",
        lambda connection, _: count_waiting(connection),
    ),
    (
        "modwatch_outbox_oldest_seconds",
        "How long the live event that has waited longest is committed",
        lambda connection, now_ms: _age_seconds(oldest_waiting_ms(connection), now_ms),
    ),
    (
        "modwatch_deliveries_due",
        "Deliveries whose time has come and that are not yet sent",
        count_due,
    ),
    (
        "modwatch_deliveries_oldest_due_seconds",
        "How long the delivery that has waited longest is overdue",
        lambda connection, now_ms: _age_seconds(next_due(connection), now_ms),
    ),
    (
        "modwatch_reports_overdue",
        "Schedules of reports that should have run by now",
        lambda connection, now_ms: overdue(connection, now_ms)[0],
    ),
    (
        "modwatch_reports_oldest_overdue_seconds",
        "How long the schedule that is overdue longest should have run",
        lambda connection, now_ms: _age_seconds(overdue(connection, now_ms)[1], now_ms),
    ),
    (
        "modwatch_reports_waiting",
        "Runs of scheduled reports that are to be made",
        lambda connection, _: open_runs(connection).due,
    ),
    (
        "modwatch_reports_failing",
        "Scheduled reports whose last run failed",
        lambda connection, _: count_failing(connection),
    ),
    (
        "modwatch_long_work_oldest_seconds",
        "How long the long work that has waited longest is due",
        lambda connection, now_ms: _age_seconds(waiting(connection, now_ms).oldest_due_ms, now_ms),
    ),
)
EXPORT_LOOKS: tuple[tuple[str, str, Callable[[Standing], int | None]], ...] = (
    (
        "modwatch_exports_oldest_queued_seconds",
        "How long the export that has waited longest was asked for",
        lambda exports: exports.oldest_queued_ms,
    ),
    (
        "modwatch_exports_oldest_snapshot_seconds",
        "How long the oldest read of an export lasts; PostgreSQL keeps dead rows meanwhile",
        lambda exports: exports.oldest_snapshot_ms,
    ),
)
LONG_WORK = (
    ("queued", "modwatch_long_work_waiting", "Pieces of long work that wait, by kind"),
    ("running", "modwatch_long_work_running", "Pieces of long work that are being done, by kind"),
    ("failed", "modwatch_long_work_failed", "Pieces of long work given up, 30 days, by kind"),
)


def measures(parts: Parts) -> Iterator[Measure]:
    """Every gauge that can be known."""
    looked = _database(parts)
    yield Measure(
        "modwatch_database_away", "1 while the database gives no answer", _flag(not looked)
    )
    yield from looked
    yield from _redis(parts)
    yield from _disk(parts)
    if (at_ms := last_dump_ms(parts.settings.data_dir)) is not None:
        words = "When the last dump that others make, as Compose does, ended well"
        yield Measure("modwatch_dump_last_good_timestamp_seconds", words, {"": at_ms / 1000})


def _disk(parts: Parts) -> Iterator[Measure]:
    words = "Free share of the disk that this host has the data folder on, 0 to 1"
    with suppress(OSError):
        usage = shutil.disk_usage(parts.settings.data_dir)
        yield Measure("modwatch_disk_free_ratio", words, {"": usage.free / usage.total})


def _database(parts: Parts) -> list[Measure]:
    """Empty where it is away, or slower than those who ask wait."""
    with suppress(SQLAlchemyError, TimeoutError):
        return within(DATABASE_SECONDS, lambda: _looks(parts))
    return []


def _looks(parts: Parts) -> list[Measure]:
    now_ms, looked_at = parts.clock(), parts.looks.looked_at()
    with parts.database.read() as connection:
        found = [
            Measure(name, words, {"": look(connection, now_ms)}) for name, words, look in LOOKS
        ]
        found.append(_oldest_due(connection, looked_at, now_ms))
        found += _exports(standing(connection, lost_exports(connection, now_ms)), now_ms)
        backups = _backups(connection, are_set_up(parts.settings))
        found.append(_put_aside(count_guilds_failing(connection)))
        return [*found, *_long_work(count_by_kind(connection)), *backups]


def _oldest_due(connection: Connection, looked_at: Collection[int] | None, now_ms: int) -> Measure:
    words = "How long the guild that has waited longest should have its snapshots, unless put aside"
    seconds = _age_seconds(oldest_due_ms(connection, looked_at), now_ms)
    return Measure("modwatch_dirty_guilds_oldest_seconds", words, {"": seconds})


def _put_aside(counts: Mapping[str, int]) -> Measure:
    words = "Guilds put aside now, by what failed for them"
    zeros = dict.fromkeys(map(str, Work), 0)
    return Measure("modwatch_put_aside", words, {**zeros, **counts}, "work")


def _exports(exports: Standing, now_ms: int) -> Iterator[Measure]:
    states = {"queued": exports.queued, "running": exports.running, "stuck": exports.stuck}
    words = "Exports that wait, that run, and that wait for room or for the database"
    yield Measure("modwatch_exports_waiting", words, states, "state")
    for name, told, since in EXPORT_LOOKS:
        yield Measure(name, told, {"": _age_seconds(since(exports), now_ms)})


def _backups(connection: Connection, is_set_up: bool) -> Iterator[Measure]:
    # Beside the times, so that a database that is away is not taken for a backup never made.
    yield Measure("modwatch_backups_set_up", "1 where backups have a place", _flag(is_set_up))
    for kind, name, words in (
        (CREATE, "modwatch_backup", "When the last backup ended well"),
        (REHEARSE, "modwatch_rehearsal", "When a backup was last put back and found right"),
    ):
        if (at_ms := last_done_ms(connection, kind)) is not None:
            yield Measure(f"{name}_last_good_timestamp_seconds", words, {"": at_ms / 1000})


def _long_work(counts: Mapping[tuple[str, str], int]) -> Iterator[Measure]:
    for state, name, words in LONG_WORK:
        yield Measure(name, words, {kind: counts.get((kind, state), 0) for kind in KINDS}, "kind")


def _redis(parts: Parts) -> Iterator[Measure]:
    if not parts.redis.is_configured:
        return
    is_there = parts.redis.ping()
    yield Measure("modwatch_redis_away", "1 while Redis gives no answer", _flag(not is_there))
    pulse, now_ms = Pulse(parts.redis), parts.clock()
    if is_there:
        words = "Workers that gave a sign of life in the last 15 s"
        yield Measure("modwatch_workers_alive", words, {"": pulse.workers(now_ms)})
        if (age_ms := pulse.beat_age_ms(now_ms)) is not None:
            words = "How long ago something that beat sends was last done"
            yield Measure("modwatch_beat_age_seconds", words, {"": age_ms / 1000})
    takes_tasks, lengths = parts.queue.broker.standing()
    words = "1 while the broker takes no task"
    yield Measure("modwatch_broker_away", words, _flag(not takes_tasks))
    if lengths:
        yield Measure("modwatch_queue_length", "Tasks that wait, by queue", lengths, "queue")


def _flag(holds: bool) -> dict[str, float]:
    return {"": float(holds)}
