"""What an installation needs, and what ran out first: arithmetic, and the document with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.bounds import Run, runs_out_first, shares_used
from benchmarks.scale import BEGIN, COSTS, DOCUMENT, END, LOAD, Needs, table

RUN = Run(
    what="reads",
    kind="web",
    processes=2,
    units=1_000,
    seconds=10,
    cpu={"web": 8.0, "database": 4.0},
    machine_busy_seconds=12.0,
    cores=4,
    connections=6,
    connections_allowed=60,
    redis_mb=1.0,
)


def test_the_document_has_the_table_of_these_unit_costs() -> None:
    shown = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]
    assert shown == table(), "python -m benchmarks.scale --write"


def test_needs_follow_the_unit_costs() -> None:
    costs = replace(COSTS, event_database_us=60, guild_database_us=4_000, guild_worker_us=12_000)
    load = replace(LOAD, active_share=0.1, made_per_minute=1, planned_share=0.5)
    needs = Needs(600_000, costs, load)
    assert needs.events_per_second == pytest.approx(1_000)
    assert needs.worker_cores == pytest.approx(12)
    assert needs.worker_processes == 24
    assert needs.database_cores == pytest.approx(4.06)
    seldom = Needs(600_000, costs, replace(load, made_per_minute=0.2))
    assert seldom.worker_cores == pytest.approx(2.4)
    assert seldom.database_cores == pytest.approx(0.86)


def test_a_stream_grows_to_its_limit_and_no_further() -> None:
    few = replace(LOAD, kept_live_events=10)
    many = replace(LOAD, kept_live_events=1_000_000)  # more than come in a day
    a_day = LOAD.live_events_of_change * LOAD.made_per_minute * 1_440
    of_streams = [
        Needs(10, COSTS, load).redis_bytes - COSTS.snapshots_of_guild_bytes for load in (few, many)
    ]
    assert of_streams == pytest.approx(
        [10 * COSTS.live_event_bytes, a_day * COSTS.live_event_bytes]
    )


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ({}, "nothing of these (the core of each web 40%)"),
        ({"processes": 1, "cpu": {"web": 9.5}}, "the core of each web (95%)"),
        ({"machine_busy_seconds": 39.0}, "the machine's cores (98%, 69% of it others' work)"),
        ({"connections": 60}, "connections to the database (100%)"),
    ],
)
def test_what_is_used_most_runs_out_first(changed: dict[str, object], first: str) -> None:
    run = replace(RUN, **changed)  # type: ignore[arg-type]
    assert runs_out_first(run).startswith(first)
    assert max(shares_used(run).values()) <= 1
