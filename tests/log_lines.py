"""What a process logged, line by line."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

from adapters.telemetry.seldom import EVERY_SECONDS


def lines_of(event: str, log: str) -> list[dict[str, Any]]:
    whole, _, _ = log.rpartition("\n")  # the last line may be half written
    lines = [json.loads(line) for line in whole.splitlines() if f'"{event}"' in line]
    return [line for line in lines if line["event"] == event]


def check_seldom(lines: list[dict[str, Any]]) -> None:
    """There is one, and a minute from each to the next."""
    moments = [datetime.fromisoformat(line["timestamp"]) for line in lines]
    apart = [(after - before).total_seconds() for before, after in pairwise(moments)]
    assert lines
    assert all(seconds > EVERY_SECONDS - 1 for seconds in apart), apart
