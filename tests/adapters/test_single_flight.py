"""One computation per key at a time; failures belong to whoever computed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from adapters.process.single_flight import SingleFlight
from tests.parts import until


def test_those_who_ask_meanwhile_share_the_result() -> None:
    flights: SingleFlight[int] = SingleFlight()
    may_end, calls = Event(), []

    def compute() -> int:
        calls.append(1)
        may_end.wait()
        return 7

    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(flights.run, "key", compute) for _ in range(10)]
        until(lambda: flights.counts.total == 10, 60, "ten who ask")
        assert flights.in_flight == 1
        may_end.set()
        assert [one.result() for one in asked] == [7] * 10
    assert len(calls) == 1
    assert (flights.counts.deduplicated, flights.in_flight) == (9, 0)


def test_keys_do_not_wait_for_each_other() -> None:
    flights: SingleFlight[str] = SingleFlight()
    together = Barrier(2, timeout=60)

    def compute(name: str) -> str:
        together.wait()  # passes only when both are under way at once
        return name

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(flights.run, key, lambda key=key: compute(key)) for key in "ab"]  # type: ignore[misc]
        assert [one.result() for one in asked] == ["a", "b"]


def test_nothing_is_kept_after_the_landing() -> None:
    flights: SingleFlight[int] = SingleFlight()
    results = iter([1, 2])
    assert [flights.run("key", lambda: next(results)) for _ in range(2)] == [1, 2]


def test_a_failure_is_not_shared() -> None:
    """Who computed gets the error; who waited computes anew, and one of them for all others."""
    flights: SingleFlight[int] = SingleFlight()
    may_fail, calls = Event(), []

    def compute() -> int:
        calls.append(1)
        if len(calls) == 1:
            may_fail.wait()
            raise ZeroDivisionError
        return 7

    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(flights.run, "key", compute)
        until(lambda: len(calls) == 1, 60, "the first computation")
        others = [pool.submit(flights.run, "key", compute) for _ in range(4)]
        until(lambda: flights.counts.total == 5, 60, "five who ask")
        may_fail.set()
        with pytest.raises(ZeroDivisionError):
            first.result()
        assert [one.result() for one in others] == [7] * 4
    assert flights.in_flight == 0


def test_none_is_a_result() -> None:
    flights: SingleFlight[None] = SingleFlight()
    assert flights.run("key", lambda: None) is None


def test_what_was_read_before_a_change_is_not_kept_and_not_shared_after_it() -> None:
    """Else a login chosen, a token revoked or rules replaced would be answered as before."""
    flights: SingleFlight[str] = SingleFlight()
    kept: dict[str, str] = {}
    reading, may_end = Event(), Event()

    def old() -> str:
        reading.set()
        may_end.wait()
        return "old"

    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(flights.run, "key", old, lambda found: kept.update(key=found))
        reading.wait()
        flights.detach(lambda key: key == "key")
        late = flights.run("key", lambda: "new", lambda found: kept.update(key=found))
        may_end.set()
        assert (early.result(), late, kept) == ("old", "new", {"key": "new"})
    assert flights.in_flight == 0
