"""How a worker, or beat, is seen from outside: on a port of its own, where one is set."""

from __future__ import annotations

from itertools import chain

from adapters.telemetry.exposition import Exposition
from adapters.telemetry.from_start import count_from_zero
from adapters.telemetry.metrics_server import MetricsServer
from services.container import Parts
from services.operations.measures import measures
from services.operations.other_disks import other_disks


def watched_by_prometheus(parts: Parts) -> None:
    """Serve `/metrics` and `/health/live` of this process, where a port is set for it."""
    count_from_zero()
    settings = parts.settings
    if settings.worker_metrics_port is None:
        return
    MetricsServer(
        bind=settings.bind,
        port=settings.worker_metrics_port,
        token=settings.metrics_token,
        exposition=Exposition(lambda: chain(measures(parts), other_disks(parts))),
    ).start()
