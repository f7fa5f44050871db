"""What boards ask Prometheus for."""

from __future__ import annotations

REQUESTS = "modwatch_http_request_duration_seconds"
INGEST = 'route="/api/v1/ingest"'
READS = 'method="GET",route=~"/api/v1/.+"'
EVERY = "[$__rate_interval]"


def quantile(share: str, series: str, by: str = "le") -> str:
    return f"histogram_quantile({share}, sum by ({by}) (rate({series}{EVERY})))"


def per_second(series: str, by: str = "") -> str:
    return f"sum {f'by ({by}) ' if by else ''}(rate({series}{EVERY}))"
