"""The Celery application. A task that a killed worker had is given to another one."""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery, signals

from adapters import redis_broker
from adapters.counts import TASK_SECONDS
from adapters.logs import configure_logs
from adapters.process_memory import settle
from adapters.process_tether import die_with_parent
from adapters.pulse import Pulse
from adapters.settings import SettingError, Settings
from adapters.task_queue import broker_url
from domain.task_names import TaskName
from schedules.beat import BEAT_SCHEDULE
from services.parts import Parts, build_parts

REDELIVERED_AFTER_SECONDS = 60


def create_celery(settings: Settings) -> Celery:
    """Raises SettingError without a broker."""
    if settings.redis_url is None:
        raise SettingError("MODWATCH_REDIS_URL is none: without Redis there are no workers")
    configure_logs(settings)
    redis_broker.install()
    app = Celery("modwatch", broker=broker_url(settings.redis_url), include=["workers.tasks"])
    app.conf.update(
        beat_schedule=BEAT_SCHEDULE,
        timezone="UTC",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # Both are needed for a lost task to come back soon: the first says when it counts as lost,
        # the others how often that is looked at.
        broker_transport_options={
            "visibility_timeout": REDELIVERED_AFTER_SECONDS,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 5,
        },
    )
    app.set_default()
    _follow(settings)
    return app


def _follow(settings: Settings) -> None:
    parts = build_parts(settings)
    hold(parts)
    pulse = Pulse(parts.redis)

    @signals.heartbeat_sent.connect(weak=False)
    def lives(sender: Any, **_: Any) -> None:
        pulse.worker_lives(sender.eventer.hostname, parts.clock())

    main_pid = os.getpid()

    @signals.beat_embedded_init.connect(weak=False)
    def tether(**_: Any) -> None:
        # The solo pool forks nothing, and `celery beat` has no worker above it.
        if os.getpid() != main_pid:
            die_with_parent(main_pid)

    @signals.worker_ready.connect(weak=False)
    def catch_up(**_: Any) -> None:
        # Whatever waited while no worker was there need not wait for beat.
        parts.queue.enqueue(TaskName.SWEEP)

    _time_tasks()

    @signals.worker_process_init.connect(weak=False)
    def forked(**_: Any) -> None:
        tether()
        # Connections do not survive a fork: each process opens its own.
        hold(build_parts(settings))
        settle()


def _time_tasks() -> None:
    started: dict[str, float] = {}

    @signals.task_prerun.connect(weak=False)
    def begins(task_id: str, **_: Any) -> None:
        started[task_id] = time.perf_counter()

    @signals.task_postrun.connect(weak=False)
    def ends(task_id: str, task: Any, state: str, **_: Any) -> None:
        if (since := started.pop(task_id, None)) is not None:
            outcome = "done" if state == "SUCCESS" else "failed"
            TASK_SECONDS.labels(task.name, outcome).observe(time.perf_counter() - since)


_held: list[Parts] = []


def hold(parts: Parts) -> None:
    """Make `parts` those of this process."""
    _held[:] = [parts]


def worker_parts() -> Parts:
    return _held[0]
