"""The steps of background work: what follows a change, what beat makes up for, what is deleted."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from adapters.heartbeat import say_alive
from adapters.redis.pulse import Pulse
from domain.task_names import TaskName
from domain.windows import DAY_MS
from models.accounts.handshakes import forget_handshakes
from models.accounts.logins import end_expired_logins
from models.accounts.tokens import prune_tokens
from models.bot.changes import changes_decided
from models.idempotency.keys import keys_used
from models.reports.occurrences import runs_ended
from models.reports.schedules import forget_deleted
from models.snapshots.dirty_claims import first_claim_end
from models.sql.over import Over
from models.work.long import work_ended
from services.alerts.retention import alerts_over
from services.alerts.sweep import sweep_alerts
from services.aside.steps import Step, take_steps
from services.backups.keeper import ask_due
from services.container import Parts
from services.deliveries.engine import is_anything_due
from services.exports.retention import prune_exports
from services.idempotency.keys import KEPT_MS
from services.incidents.telling import tell_of_ends
from services.live.incarnation import witness
from services.live.outbox import publish_outbox
from services.members.erasure import go_on_with_left
from services.operations.minutes import forget_minutes, restore_minutes
from services.operations.over import forget_over
from services.operations.retention import forget_old_events
from services.operations.set_back import put_right
from services.snapshots.materialise import mark_slid
from services.work.start import wake

LONG_WORK_KEPT_MS = 30 * DAY_MS
BOT_CHANGES_KEPT_MS = 30 * DAY_MS
ENDED_TOKENS_KEPT_MS = 365 * DAY_MS


def refresh(parts: Parts) -> None:
    """Materialise every dirty guild and tell of it."""
    parts.materialise()
    _publish(parts)
    parts.resolver.write_down_wanted()
    _look_again(parts)


def sweep(parts: Parts) -> None:
    """Everything that a wake may have missed, and what time alone makes due.

    Raises the first error of a step that failed, after all others were done.
    """
    Pulse(parts.redis).beat_lives(parts.clock())
    take_steps(
        parts.database,
        parts.clock(),
        (
            ("witness", lambda: witness(parts.database, parts.redis, parts.incarnation)),
            ("live_events", lambda: _publish(parts)),
            ("minutes", lambda: restore_minutes(parts.database, parts.clock())),
            ("clock", lambda: put_right(parts.database, parts.clock())),
            ("windows", lambda: mark_slid(parts.database, parts.clock(), parts.looks.looked_at)),
            ("incidents", lambda: tell_of_ends(parts.database, parts.clock())),
            ("snapshots", lambda: refresh(parts)),
            ("alerts", lambda: sweep_alerts(parts)),
            ("deliveries", lambda: _wake_deliveries(parts)),
            ("names", parts.queue.wake_resolver),
            ("backups", lambda: ask_due(parts)),
            ("long_work", lambda: wake(parts)),
            ("erasures", lambda: go_on_with_left(parts)),
            ("makers", parts.makers.ask),
        ),
    )
    # Last: it is asked only where all of the above was done.
    if parts.settings.heartbeat_url is not None:
        say_alive(parts.settings.heartbeat_url)


def sweep_alone(parts: Parts) -> None:
    """What time alone makes due and no other loop of a process does that has no beat.

    Raises as `sweep` does.
    """
    take_steps(
        parts.database,
        parts.clock(),
        (
            ("minutes", lambda: restore_minutes(parts.database, parts.clock())),
            ("clock", lambda: put_right(parts.database, parts.clock())),
            ("incidents", lambda: tell_of_ends(parts.database, parts.clock())),
            ("alerts", lambda: sweep_alerts(parts)),
            ("deliveries", lambda: parts.deliverer.wake(parts)),
            ("erasures", lambda: go_on_with_left(parts)),
            ("makers", parts.makers.ask),
            ("live_events", parts.wake_publisher.set),
        ),
    )


def prune(parts: Parts) -> None:
    """Delete what no answer looks at any more. Raises as `sweep` does."""
    database, now_ms, settings = parts.database, parts.clock(), parts.settings
    alerts_before_ms = now_ms - settings.alert_retention_days * DAY_MS
    keep_days = settings.event_retention_days
    take_steps(
        database,
        now_ms,
        (
            ("prune_minutes", lambda: forget_minutes(database, now_ms)),
            ("prune_events", lambda: forget_old_events(database, now_ms, keep_days)),
            ("prune_logins", _writing(parts, end_expired_logins, now_ms)),
            ("prune_handshakes", _writing(parts, forget_handshakes, now_ms)),
            ("prune_tokens", _writing(parts, prune_tokens, now_ms - ENDED_TOKENS_KEPT_MS)),
            ("prune_alerts", _forgetting(parts, *alerts_over(alerts_before_ms))),
            ("prune_reports", _forgetting(parts, runs_ended(alerts_before_ms))),
            ("prune_schedules", _writing(parts, lambda c, _: forget_deleted(c), now_ms)),
            ("prune_work", _forgetting(parts, work_ended(now_ms - LONG_WORK_KEPT_MS))),
            ("prune_keys", _forgetting(parts, keys_used(now_ms - KEPT_MS))),
            ("prune_changes", _forgetting(parts, changes_decided(now_ms - BOT_CHANGES_KEPT_MS))),
            ("prune_exports", lambda: prune_exports(parts)),
        ),
    )


def _forgetting(parts: Parts, *wanted: Over) -> Step:
    return lambda: forget_over(parts.database, *wanted)


def _writing(parts: Parts, forget: Callable[[Connection, int], object], before_ms: int) -> Step:
    def step() -> None:
        with parts.database.write() as connection:
            forget(connection, before_ms)

    return step


def _publish(parts: Parts) -> None:
    publish_outbox(parts.database, parts.stream, parts.values, parts.clock)


def _wake_deliveries(parts: Parts) -> None:
    if is_anything_due(parts):
        parts.queue.wake_deliveries()


def _look_again(parts: Parts) -> None:
    """Another worker is at work on a guild, or was killed at it: come back when its claim ends."""
    with parts.database.read() as connection:
        claim_end_ms = first_claim_end(connection, parts.clock())
    if claim_end_ms is not None:
        seconds = (claim_end_ms - parts.clock()) / 1000 + 0.1
        parts.queue.enqueue(TaskName.MATERIALISE_DIRTY, countdown_seconds=seconds)
