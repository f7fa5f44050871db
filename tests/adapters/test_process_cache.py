"""Answers kept in a process: bounded in number and in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from adapters.process.cache import MAXIMUM_ENTRIES, TTL_SECONDS, ProcessCache


class Timer:
    now_seconds = 0.0

    def __call__(self) -> float:
        return self.now_seconds


def test_the_bounds_are_those_of_the_requirements() -> None:
    assert (MAXIMUM_ENTRIES, TTL_SECONDS) == (10_000, 300.0)


def test_an_entry_lasts_its_time() -> None:
    timer = Timer()
    cache: ProcessCache[str] = ProcessCache(10.0, timer=timer)
    cache.put("a", "x")
    timer.now_seconds = 9.9
    assert cache.get("a") == "x"
    timer.now_seconds = 10.0
    assert cache.get("a") is None


def test_putting_again_starts_the_time_anew() -> None:
    timer = Timer()
    cache: ProcessCache[str] = ProcessCache(10.0, timer=timer)
    cache.put("a", "x")
    timer.now_seconds = 9.0
    cache.put("a", "y")
    timer.now_seconds = 18.0
    assert cache.get("a") == "y"


def test_there_are_never_more_than_the_maximum() -> None:
    cache: ProcessCache[int] = ProcessCache(maximum_entries=100)
    for number in range(1_000):
        cache.put(number, number)
    assert len(cache) == 100
    assert cache.get(999) == 999


def test_dropping() -> None:
    cache: ProcessCache[int] = ProcessCache()
    for number in range(10):
        cache.put(number, number)
    cache.drop(3)
    cache.drop("not there")
    cache.drop_where(lambda key: isinstance(key, int) and key >= 5)
    assert [cache.get(number) for number in range(10)] == [0, 1, 2, None, 4, *[None] * 5]
    cache.clear()
    assert len(cache) == 0


def test_threads_may_use_it_together() -> None:
    cache: ProcessCache[int] = ProcessCache(0.001, maximum_entries=50)

    def use(start: int) -> None:
        for number in range(start, start + 3_000):
            cache.put(number % 200, number)
            cache.get((number + 7) % 200)
            if number % 100 == 0:
                cache.drop_where(lambda key: key == start)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(use, start) for start in range(4)]:
            done.result()
    assert len(cache) <= 50
