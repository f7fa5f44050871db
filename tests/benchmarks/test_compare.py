"""What `make bench` calls a change: more than both runs' own rounds differ by."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.compare import Results, changes
from benchmarks.cpu import CpuMeter
from benchmarks.figure import Figure, sides
from benchmarks.measure import LEAST_NOISE, Measure, noise_of

Machine = dict[str, str | int | None]
HERE: Machine = {"processor": "a", "cores": 2}
ELSEWHERE: Machine = {"processor": "b", "cores": 2}


def _run(machine: Machine, **measures: Measure) -> Results:
    return Results(0, "abc", machine, [Figure("read", "cookie", "", measures=measures)])


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (Measure(1.0, 0.05), Measure(1.09, 0.05), []),
        (Measure(1.0, 0.05), Measure(1.11, 0.05), [("m", False)]),
        (Measure(1.0, 0.05), Measure(0.89, 0.05), [("m", True)]),
        (Measure(1.0, 0.05, is_speed=True), Measure(1.11, 0.05, is_speed=True), [("m", True)]),
        (Measure(1.0, 0.30), Measure(1.30, 0.05), []),  # it varied by as much
        (Measure(0.0, 0.05), Measure(1.0, 0.05), []),  # nothing to compare with
    ],
)
def test_a_change_is_more_than_noise(
    before: Measure, now: Measure, found: list[tuple[str, bool]]
) -> None:
    seen = changes(_run(HERE, m=before), _run(HERE, m=now))
    assert [(one.name, one.is_better) for one in seen] == found


def test_another_machine_is_compared_by_ratios_alone() -> None:
    ratio, us = Measure(1.0, 0.05, is_ratio=True), Measure(100.0, 0.05)
    twice = Measure(2.0, 0.05, is_ratio=True), Measure(200.0, 0.05)
    before, now = _run(HERE, ratio=ratio, us=us), _run(ELSEWHERE, ratio=twice[0], us=twice[1])
    assert [one.name for one in changes(before, now)] == ["ratio"]
    assert len(list(changes(before, _run(HERE, ratio=twice[0], us=twice[1])))) == 2


def test_rows_of_one_run_alone_are_no_change() -> None:
    empty = Results(0, "abc", HERE, [])
    full = _run(HERE, m=Measure(1.0, 0.05))
    assert [*changes(empty, full), *changes(full, empty)] == []


def test_one_disturbed_round_is_no_noise() -> None:
    assert noise_of([1.0, 1.0, 1.0, 1.0, 9.0]) == LEAST_NOISE
    assert noise_of([1.0, 1.2, 0.8, 1.2, 0.8]) == pytest.approx(0.2)
    assert noise_of([1.0]) == LEAST_NOISE
    assert sides([(2, 1), (4, 2), (9, 3)]).measures(is_speed=True)["ratio"].value == 2


def test_cpu_is_counted_between_begin_and_end() -> None:
    seconds = iter([1.0, 1.5, 7.0, 7.5])
    meter = CpuMeter({"web": lambda: next(seconds)})
    for _ in range(2):
        meter.begin()
        meter.end(1_000)
    assert meter.measures("an event")["CPU us an event, web"].value == pytest.approx(500)


def test_results_are_read_as_they_were_written() -> None:
    made = _run(HERE, m=Measure(1.5, 0.1, is_speed=True))
    assert msgspec.json.decode(msgspec.json.encode(made), type=Results).figures == made.figures
