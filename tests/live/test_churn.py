"""Sockets come and go in every way: nothing is left of them. For long: benchmarks/soak.py."""

from __future__ import annotations

import re

import httpx

from tests.live.churn import LASTING, Churn
from tests.live.site import Site
from tests.parts import until

OPEN = re.compile(r"^modwatch_websockets_open(?:{[^}]*})? ([0-9.]+)", re.MULTILINE)
TURNS = 150


def registered(site: Site) -> float:
    return sum(map(float, OPEN.findall(httpx.get(f"{site.url}/metrics", timeout=30).text)))


def entries(site: Site) -> int:
    assert site.valkey is not None
    with site.valkey.client() as client:
        return sum(1 for _ in client.scan_iter("live:sockets:*"))


def test_nothing_is_left(site: Site) -> None:
    guilds = [site.guild() for _ in range(3)]
    tokens = [site.token(*guilds) for _ in range(6)]
    numbers = iter(range(1_000_000))
    churn = Churn(lambda: site.address(tokens[next(numbers) % 6]), guilds)
    for _ in range(TURNS):
        churn.turn()
    until(lambda: registered(site) == LASTING, 60, "those that stay")
    assert entries(site) > 0
    churn.end()
    until(lambda: registered(site) == 0, 60, "no socket registered")
    until(lambda: entries(site) == 0, 60, "no entry in Valkey")
    assert len(churn.seen) == 5
