"""The Celery application. A task that a killed worker had is given to another one."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from celery import Celery, signals
from kombu import Queue

from adapters import rabbitmq
from adapters.broker import broker_url, tls_options, transport_options
from adapters.process.memory import settle
from adapters.process.tether import die_with_parent
from adapters.redis import broker as redis_broker
from adapters.redis.pulse import Pulse
from adapters.settings import SettingError, Settings
from adapters.telemetry.counts import TASK_SECONDS
from adapters.telemetry.logs import (
    configure_logs,
    say_unknown_settings,
    take_over_python_logs,
)
from domain.task_names import DEFAULT_QUEUE, QUEUES, TaskName
from schedules.beat import BEAT_SCHEDULE
from services.container import Parts, build_parts
from workers.watched import watched_by_prometheus

# One file a noun; their names are in domain/task_names.py.
TASKS = (
    "workers.snapshots",
    "workers.live",
    "workers.users",
    "workers.deliveries",
    "workers.work",
    "workers.reports",
    "workers.operations",
)


def create_celery(settings: Settings) -> Celery:
    """Raises SettingError without a broker."""
    if settings.redis_url is None:
        raise SettingError("MODWATCH_REDIS_URL is none: without Redis there are no workers")
    configure_logs(settings)
    _take_over_logs(settings)
    redis_broker.install()
    rabbitmq.install()
    address = settings.broker_url or settings.redis_url
    app = Celery("modwatch", broker=broker_url(address), include=TASKS)
    app.conf.update(
        beat_schedule=BEAT_SCHEDULE,
        beat_scheduler="workers.beat:SteadyScheduler",
        timezone="UTC",
        # A worker takes from all of them, unless it is started for some (`--queues=long`).
        task_queues=[Queue(name, routing_key=name) for name in QUEUES],
        task_default_queue=DEFAULT_QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        # For ever: a worker or beat that gave up after the hundredth time would end.
        broker_connection_max_retries=None,
        # RabbitMQ holds the connection of a host that was cut off for minutes; were the queue of a
        # worker's commands that connection's alone, the worker that comes back would end over it.
        control_queue_exclusive=False,
        control_queue_durable=True,
        broker_transport_options=transport_options(address),
        broker_use_ssl=tls_options(address),
    )
    app.set_default()
    say_unknown_settings(settings)
    _follow(settings)
    return app


def _take_over_logs(settings: Settings) -> None:
    @signals.setup_logging.connect(weak=False)
    def take_over(loglevel: int | None, **_: Any) -> None:
        take_over_python_logs(settings, loglevel or logging.WARNING)


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

    @signals.beat_init.connect(weak=False)
    def watch_beat(**_: Any) -> None:
        # A worker that brings beat along is watched itself.
        if os.getpid() == main_pid:
            watched_by_prometheus(parts)

    @signals.worker_ready.connect(weak=False)
    def catch_up(**_: Any) -> None:
        watched_by_prometheus(parts)
        # Whatever waited while no worker was there need not wait for beat.
        parts.queue.enqueue(TaskName.SWEEP)

    _time_tasks()

    @signals.worker_process_shutdown.connect(weak=False)
    def ends(**_: Any) -> None:
        # What is being sent is brought to its end; what is not is found by its marks.
        worker_parts().deliverer.close()

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
