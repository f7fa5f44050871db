"""`python -m benchmarks.python_load`: a load generator; a job on stdin, what came of it on stdout.

A thread a connection, each sending its next request when it has its answer.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from io import BufferedReader
from random import Random
from threading import Lock, Thread

import msgspec

# (host and port, requests as bytes, connections, seconds or None for each once, warm-up)
Job = tuple[str, list[bytes], int, float | None, int]


class Source:
    """The next request to send; None at the end."""

    def __init__(self, requests: list[bytes], seconds: float | None) -> None:
        self._requests, self._seconds = requests, seconds
        self._once: Iterator[bytes] = iter(requests)
        self._random = Random(1)
        self._lock = Lock()
        self._end = None if seconds is None else time.perf_counter() + seconds

    def next(self) -> bytes | None:
        with self._lock:
            if self._end is None:
                return next(self._once, None)
            return self._random.choice(self._requests) if time.perf_counter() < self._end else None


class Connection(Thread):
    def __init__(self, host: str, source: Source, warm_up: int) -> None:
        super().__init__()
        name, port = host.rsplit(":", 1)
        self._socket = socket.create_connection((name, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._source, self._warm_up = source, warm_up
        self.times_ms: list[float] = []
        self.failed = 0

    def run(self) -> None:
        answers = self._socket.makefile("rb")
        while (request := self._source.next()) is not None:
            started = time.perf_counter()
            self._socket.sendall(request)
            self.failed += _status(answers) >= 400
            self.times_ms.append((time.perf_counter() - started) * 1000)
        # Where answers take so long that hardly any came, the last one counts all the same.
        del self.times_ms[: max(0, min(self._warm_up, len(self.times_ms) - 1))]


def _status(answers: BufferedReader) -> int:
    """Read one answer to its end; its status."""
    read = answers.readline
    status = int(read().split(b" ", 2)[1])
    length = 0
    while (line := read()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
    return status


def main() -> None:
    job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    host, requests, connections, seconds, warm_up = job
    source = Source(requests, seconds)
    threads = [Connection(host, source, warm_up) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    times = sorted(time for thread in threads for time in thread.times_ms)
    shares = {f"p{share}_ms": times[len(times) * share // 100] for share in (50, 95, 99)}
    failed = sum(thread.failed for thread in threads)
    answer = {"per_second": len(times) / took, "failed": failed, **shares}
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
