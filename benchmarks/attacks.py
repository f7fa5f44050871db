"""`python -m benchmarks.attacks`: requests and sockets that once held the process; does it go on?

At a web process as in production. Prints how long `/health/live` took during each, and ends with 1
where it was over 200 ms. Bodies that never end: benchmarks/slow_bodies.py.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from adapters.database import Database
from adapters.migrations import upgrade
from benchmarks.slow_bodies import MOST_MS, Health
from services.container import system_clock
from services.ingest.store import ingest_events
from tests.parts import GUILD, make_token
from tests.server.process import Served, served_from
from tests.servers.scratch import scratch_folder
from tests.services.events import violation

TIMES = 5
VIOLATIONS, TOKENS = 28_000, 1_500
GZIP_MEMBERS, UNKNOWN_FIELDS = 249_660, 480_000
SOCKETS, PINGS, SUBSCRIPTIONS = 100, 3_000, 45_000
ADDRESS = f"/api/v1/servers/{GUILD}"
JSON, NDJSON = {"Content-Type": "application/json"}, {"Content-Type": "application/x-ndjson"}


class Attacker:
    """Asks with the tokens of a bot and of an owner, and as nobody."""

    def __init__(self, address: str, bot_token: str, owner_token: str) -> None:
        self._address = address
        self.bot, self.owner = (
            {"Authorization": f"Bearer {token}"} for token in (bot_token, owner_token)
        )

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> str:
        """TIMES, one after the other; the statuses."""
        with httpx.Client(base_url=self._address, timeout=60, headers=headers) as client:
            answers = [client.request(method, path, content=body) for _ in range(TIMES)]
        return f"{TIMES} answers, {sorted({answer.status_code for answer in answers})}"

    def say(self, messages: int, text: str, sockets: int) -> str:
        """So many times at each of so many sockets, without waiting for what is answered."""
        with ThreadPoolExecutor(sockets) as pool:
            sent = sum(pool.map(lambda _: self._say(messages, text), range(sockets)))
        return f"{sent:,} of {messages * sockets:,} messages were taken"

    def _say(self, messages: int, text: str) -> int:
        ticket = httpx.post(
            f"{self._address}/api/v1/ws-ticket", headers=self.owner, timeout=60
        ).json()["ticket"]
        sent = 0
        with (
            suppress(ConnectionClosed),
            connect(f"{self._address.replace('http', 'ws')}/ws?ticket={ticket}") as socket,
        ):
            for sent in range(messages):  # noqa: B007, how far it came
                socket.send(text)
        return sent


def _fields(count: int) -> bytes:
    return json.dumps({f"field_{number}": 1 for number in range(count)}).encode()


ATTACKS: dict[str, Callable[[Attacker], str]] = {
    "a body of 249,660 gzip members": lambda one: one.ask(
        "POST",
        "/api/v1/ingest",
        one.bot | NDJSON | {"Content-Encoding": "gzip"},
        gzip.compress(b"") * GZIP_MEMBERS,
    ),
    "480,000 unknown fields, by a bot": lambda one: one.ask(
        "POST", "/api/v1/ingest", one.bot | JSON, _fields(UNKNOWN_FIELDS)
    ),
    "480,000 unknown fields, by nobody": lambda one: one.ask(
        "POST", "/api/v1/auth/demo", JSON, _fields(UNKNOWN_FIELDS)
    ),
    "an unknown member erased": lambda one: one.ask("DELETE", f"{ADDRESS}/members/99", one.owner),
    "28,000 rows of CSV": lambda one: one.ask("GET", f"{ADDRESS}/violations/export", one.owner),
    "1,500 tokens listed": lambda one: one.ask("GET", f"{ADDRESS}/tokens", one.owner),
    "45,000 subscriptions refused": lambda one: one.say(
        SUBSCRIPTIONS, json.dumps({"type": "subscribe", "guild_id": "1"}), 1
    ),
    "3,000 pings at each of 100 sockets": lambda one: one.say(
        PINGS, json.dumps({"type": "ping"}), SOCKETS
    ),
}


def main() -> int:
    worst_ms = 0.0
    with scratch_folder("attacks") as folder:
        url = f"sqlite:///{folder / 'modwatch.db'}"
        _fill(url)
        # What attacks is a process of its own: what it computes is no part of what health took.
        with (
            served_from(folder, url, DEMO="1") as served,
            ProcessPoolExecutor(1, get_context("spawn")) as attackers,
        ):
            for name in ATTACKS:
                worst_ms = max(worst_ms, _measured(served, attackers, name))
    return 1 if worst_ms > MOST_MS else 0


def _measured(served: Served, attackers: Executor, name: str) -> float:
    given = (served.process.url, served.bot_token, served.api_token)
    health = Health(served.process.url)
    with health.watched():
        said = attackers.submit(_attack, name, *given).result()
    median, worst = statistics.median(health.took_ms), max(health.took_ms)
    print(f"{name}: {said}; /health/live: median {median:.1f} ms, worst {worst:.1f} ms", flush=True)
    return worst


def _attack(name: str, *given: str) -> str:
    return ATTACKS[name](Attacker(*given))


def _fill(url: str) -> None:
    upgrade(url)
    database, now_ms = Database(url), system_clock()
    events = [violation(GUILD, now_ms - at, user_id=at % 500 + 1) for at in range(VIOLATIONS)]
    for start in range(0, VIOLATIONS, 5_000):
        ingest_events(database, events[start : start + 5_000], now_ms, live=False)
    for _ in range(TOKENS):
        make_token(database, "api", [GUILD], "viewer", now_ms)
    database.close()


if __name__ == "__main__":
    sys.exit(main())
