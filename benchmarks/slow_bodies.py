"""`python -m benchmarks.slow_bodies`: bodies that never end; does the process go on answering?

A hundred connections of one login hold 5.1 of 5.2 MB each, a hundred of a bot do, and three
thousand send a byte now and then. Prints what it cost, and ends with 1 where `/health/live` took
over 200 ms or anything is held after a minute. Not a row of `make bench`: nothing compares with it.
"""

from __future__ import annotations

import resource
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx

from adapters.migrations import upgrade
from benchmarks.usage import memory_mb, processes_of
from tests.server.process import Served, served_from
from tests.servers.scratch import scratch_folder

MOST_MS = 200.0
HELD, SLOW = 100, 3_000
WHOLE_BYTES, SENT_BYTES = 5_200_000, 5_100_000
MINUTE_SECONDS = 60.0


@dataclass
class Health:
    """How long `/health/live` took, again and again, from a thread of its own."""

    url: str
    took_ms: list[float] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join()

    def _watch(self) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            while not self.ended.wait(0.02):
                began = time.perf_counter()
                client.get("/health/live").raise_for_status()
                self.took_ms.append((time.perf_counter() - began) * 1000)


def main() -> int:
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    with scratch_folder("slow") as folder, _served(folder) as served:
        health = Health(served.process.url)
        before_mb = _memory_mb(served)
        with health.watched():
            connections = list(_attack(served))
            peak_mb = _hold(served, connections)
            left = sum(not _is_closed(one) for one in connections)
    worst, median = max(health.took_ms), statistics.median(health.took_ms)
    print(f"/health/live: median {median:.1f} ms, worst {worst:.1f} ms of {len(health.took_ms)}")
    print(f"memory: {before_mb:.0f} MB, at most {peak_mb - before_mb:+.0f} MB")
    print(f"held after {MINUTE_SECONDS:.0f} s: {left} of {len(connections)} connections")
    return 1 if worst > MOST_MS or left else 0


@contextmanager
def _served(folder: Path) -> Iterator[Served]:
    url = f"sqlite:///{folder / 'modwatch.db'}"
    upgrade(url)
    with served_from(folder, url) as served:
        yield served


def _attack(served: Served) -> Iterator[socket.socket]:
    for path, token in (
        ("/api/v1/servers/select", served.api_token),
        ("/api/v1/ingest", served.bot_token),
    ):
        for _ in range(HELD):
            yield _begun(served.port, path, token, WHOLE_BYTES, b" " * SENT_BYTES)
    for _ in range(SLOW):
        yield _begun(served.port, "/api/v1/ingest", served.bot_token, 1_000, b"{")


def _begun(port: int, path: str, token: str, length: int, sent: bytes) -> socket.socket:
    """A request whose body is sent as far as it is taken, and never ends."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    with suppress(OSError):
        connection.sendall(head.encode() + sent)
    connection.setblocking(False)
    return connection


def _hold(served: Served, connections: list[socket.socket]) -> float:
    """Trickle for a minute; the most memory the web process had meanwhile, in MB."""
    peak_mb, until = 0.0, time.monotonic() + MINUTE_SECONDS
    while time.monotonic() < until:
        peak_mb = max(peak_mb, _memory_mb(served))
        for connection in connections:
            with suppress(OSError):
                connection.send(b" ")
        time.sleep(2)
    return peak_mb


def _is_closed(connection: socket.socket) -> bool:
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def _memory_mb(served: Served) -> float:
    return sum(memory_mb(pid) for pid in processes_of(served.data_dir))


if __name__ == "__main__":
    sys.exit(main())
