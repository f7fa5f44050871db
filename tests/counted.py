"""What this process has counted for `/metrics`."""

from __future__ import annotations

from prometheus_client import REGISTRY


def counted(name: str, **labels: str) -> float:
    """0 where it was never counted; for a test that looks at how much more it is than before."""
    return REGISTRY.get_sample_value(f"modwatch_{name}", labels) or 0.0
