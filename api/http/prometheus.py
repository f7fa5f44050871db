"""`/metrics` for Prometheus: the numbers of every process of this host, summed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from prometheus_flask_exporter import PrometheusMetrics

from adapters.telemetry.exposition import Exposition, may_look
from adapters.telemetry.from_start import count_from_zero
from api.http.errors import Problem
from api.http.guard import public
from services.container import Parts
from services.operations.measures import measures


class Metrics(PrometheusMetrics):  # type: ignore[misc]
    """With PROMETHEUS_MULTIPROC_DIR set (gunicorn.conf.py does) all processes write there."""

    exposition = Exposition()

    def generate_metrics(
        self, accept_header: str | None = None, names: list[str] | None = None
    ) -> tuple[str, str]:
        return self.exposition.text(accept_header, names or ())


def install_metrics(app: Flask, parts: Parts) -> None:
    token = parts.settings.metrics_token
    count_from_zero()

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given = request.headers.get("Authorization", "")
            if not may_look(given, token):
                raise Problem(401, "the metrics need their token")
            return view(*args, **kwargs)

        return public(checked)

    # Our own histogram counts requests (api/http/request_log.py): it also sees the quick reads.
    made = Metrics(app, export_defaults=False, metrics_decorator=guard)
    made.exposition = Exposition(lambda: measures(parts))
