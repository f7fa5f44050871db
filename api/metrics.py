"""`/metrics` for Prometheus: the numbers of every process of this host, summed."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from prometheus_flask_exporter import PrometheusMetrics

from adapters.settings import Settings
from api.errors import Problem
from api.guard import public


def install_metrics(app: Flask, settings: Settings) -> None:
    """With PROMETHEUS_MULTIPROC_DIR set (gunicorn.conf.py does) all processes write there."""
    token = settings.metrics_token

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if token is not None and not hmac.compare_digest(given.encode(), token.encode()):
                raise Problem(401, "the metrics need their token")
            return view(*args, **kwargs)

        return public(checked)

    # Our own histogram counts requests (api/request_log.py): it also sees the quick reads.
    PrometheusMetrics(app, export_defaults=False, metrics_decorator=guard)
