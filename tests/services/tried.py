"""Properties that hold on both databases: most random examples are tried on the quick one."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from adapters.database import Database
from tests.parts import examples


def tried(
    database: Database,
    number: int,
    holds: Callable[..., None],
    **drawn: SearchStrategy[object],
) -> None:
    """Have `holds` called with so many examples; on PostgreSQL with a third of them.

    What is worked out is the same for both: there only their SQL is at stake.
    """
    some = max(3, number // 3) if database.is_postgresql else number
    tries = settings(
        max_examples=examples(some), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    tries(given(**drawn)(holds))()
