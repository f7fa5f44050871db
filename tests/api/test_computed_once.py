"""What many ask for at once is computed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from domain.snapshot import Kind
from domain.spans import Span
from services.snapshots import reader as snapshots
from services.snapshots.making import make_snapshots
from services.snapshots.reader import Source
from tests.api.reading import read
from tests.api.routes import PERIODS
from tests.parts import GUILD, Web

READERS = 50


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that an answer was computed: it shows nowhere else."""
    counted: list[int] = []
    compute = make_snapshots

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return compute(*arguments)

    monkeypatch.setattr(snapshots, "make_snapshots", counting)
    return counted


def test_fifty_readers_cost_one_computation(web_alone: Web, computations: list[int]) -> None:
    token = web_alone.api_token()
    together = Barrier(READERS)
    addresses = [f"/api/v1/servers/{GUILD}/moderators?period={period}" for period in PERIODS]

    def ask(_: int) -> list[bytes]:
        bodies = []
        for address in addresses:
            together.wait(60)
            answer = read(web_alone, token, address)
            assert answer.status_code == 200
            bodies.append(answer.data)
        return bodies

    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(ask, range(READERS)))
    assert all(bodies == answers[0] for bodies in answers)
    assert len(computations) == len(addresses)


def test_who_comes_as_another_is_done_computes_nothing(
    web_alone: Web, computations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked into the process cache just before the answer got there, and went on just after."""
    reader, key = web_alone.parts.snapshots, (GUILD, Kind.METRICS, Span.DAY)
    look = reader.local
    looked: list[Any] = []

    def look_and_be_slow(*asked: Any) -> Any:
        found = look(*asked)
        if not looked:
            looked.append(found)
            reader.read(*key)  # the other one, from beginning to end
        return found

    monkeypatch.setattr(reader, "local", look_and_be_slow)
    assert reader.read(*key)[1] is Source.LOCAL
    assert looked == [None]
    assert len(computations) == 1
