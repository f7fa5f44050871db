"""`python -m benchmarks.soak --minutes 10`: sockets come and go; is anything left of them?

Not a row of `make bench`: it takes its time, and little of the machine. Prints memory every minute;
ends with 1 where sockets stay registered.
"""

from __future__ import annotations

import argparse
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import httpx
import redis

from adapters.process.tether import die_with_parent
from adapters.settings import load_settings
from benchmarks.cores import ALL_CORES
from benchmarks.databases import databases
from benchmarks.events import guild_id
from benchmarks.live_load import Events
from benchmarks.live_sides import Modwatch
from benchmarks.stage import Stage, create_tokens, stage
from benchmarks.usage import memory_mb, processes_of
from services.container import Parts, build_parts
from tests.live.churn import Churn

GUILDS, PEOPLE = 10, 20
OPEN = re.compile(r"^modwatch_websockets_open(?:{[^}]*})? ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Moment:
    web_mb: float
    valkey_mb: float
    sockets: int
    entries: int  # of sockets, in Valkey

    def __str__(self) -> str:
        left = f"{self.sockets} sockets registered, {self.entries} entries in Valkey"
        return f"web {self.web_mb:.1f} MB, Valkey {self.valkey_mb:.2f} MB, {left}"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--per-second", type=float, default=5)
    chosen = options.parse_args()
    die_with_parent(death_signal=signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(143)))
    with databases() as those, stage(those, "sqlite", cores=ALL_CORES) as made:
        count = soak(made, chosen.minutes * 60, chosen.per_second)
        time.sleep(2)
        left = look(made)
        print(f"after {count:,} sockets: {left}", flush=True)
    return 1 if left.sockets or left.entries else 0


def soak(made: Stage, seconds: float, per_second: float) -> int:
    """How many came and went."""
    guilds = [guild_id(place) for place in range(GUILDS)]
    tokens = create_tokens(made.database_url, "api", guilds, PEOPLE)
    parts = build_parts(load_settings(made.environment))
    addresses = _addresses(made, parts, tokens)
    churn = Churn(lambda: next(addresses), guilds)
    publish = Modwatch(made).side([]).publish
    events = [Events(guild) for guild in guilds]
    started, count, told = time.monotonic(), 0, 0
    while (passed := time.monotonic() - started) < seconds:
        churn.turn()
        publish(count % GUILDS, events[count % GUILDS].body(count))
        count += 1
        if passed >= told * 60:
            print(f"minute {told}: {look(made)}", flush=True)
            told += 1
        time.sleep(max(0.0, started + count / per_second - time.monotonic()))
    churn.end()
    parts.close()
    return count


def look(made: Stage) -> Moment:
    said = httpx.get(f"{made.url}/metrics").text
    found = OPEN.search(said)
    with redis.Redis.from_url(made.redis_url) as client:
        entries = sum(1 for _ in client.scan_iter("live:sockets:*"))
        used = int(client.info("memory")["used_memory"])
    web_mb = sum(map(memory_mb, processes_of(made.folder)))
    return Moment(web_mb, used / 1e6, int(float(found[1])) if found else 0, entries)


def _addresses(made: Stage, parts: Parts, tokens: list[str]) -> Iterator[str]:
    for token in cycle(tokens):
        ticket = parts.tickets.issue(parts.secrets.seal(f"token {token}"))
        yield f"{made.url}/ws?ticket={ticket}"


if __name__ == "__main__":
    raise SystemExit(main())
