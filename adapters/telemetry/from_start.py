"""Counters that have not counted yet say 0: of what is not there is no rate, and no alert."""

from __future__ import annotations

from itertools import product

from prometheus_client.metrics import MetricWrapperBase

from adapters.telemetry.counts import (
    DELIVERIES,
    DELIVERY_SECONDS,
    EXPORTS,
    INGESTED,
    QUOTA_REFUSALS,
    REPORTS,
    SNAPSHOT_READS,
    TASK_SECONDS,
)
from domain.channel_kinds import ChannelKind
from domain.delivery_life import DeliveryState
from domain.export_life import ExportError
from domain.report_states import OVER
from domain.task_names import TaskName

INGEST_OUTCOMES = ("accepted", "duplicate", "rejected")
READ_SOURCES = ("local", "redis", "snapshot", "computed")
QUOTAS = ("events", "bytes", "tokens")
TASK_OUTCOMES = ("done", "failed")
# What an attempt to deliver may come to.
DELIVERY_OUTCOMES = tuple(
    state.value
    for state in (
        DeliveryState.SENT,
        DeliveryState.RETRYING,
        DeliveryState.UNKNOWN,
        DeliveryState.DEAD,
    )
)
EXPORT_OUTCOMES = ("done", *(code.value for code in ExportError))
_KINDS = tuple(kind.value for kind in ChannelKind)
_TASKS = tuple(name.value for name in TaskName)
LABELS: tuple[tuple[MetricWrapperBase, tuple[tuple[str, ...], ...]], ...] = (
    (INGESTED, (INGEST_OUTCOMES,)),
    (SNAPSHOT_READS, (READ_SOURCES,)),
    (QUOTA_REFUSALS, (QUOTAS,)),
    (TASK_SECONDS, (_TASKS, TASK_OUTCOMES)),
    (DELIVERIES, (_KINDS, DELIVERY_OUTCOMES)),
    (DELIVERY_SECONDS, (_KINDS,)),
    (REPORTS, (tuple(sorted(state.value for state in OVER)),)),
    (EXPORTS, (EXPORT_OUTCOMES,)),
)


def count_from_zero() -> None:
    """Have every series with labels that are known beforehand, in this process."""
    for metric, labels in LABELS:
        for values in product(*labels):
            metric.labels(*values)
