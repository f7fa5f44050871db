"""Load over HTTP from a core of its own: wrk where it is installed, else a small one in Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from adapters.process.tether import die_with_parent
from benchmarks.cores import LOAD_CORES
from benchmarks.processes import ROOT
from tools.standins import apt_install

Headers = Mapping[str, str]
# How long a round of reads takes.
SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: Headers
    body: bytes = b""

    def wire(self, host: str) -> bytes:
        method = "POST" if self.body else "GET"
        lines = [f"{method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "\r\n"]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; `failed` counts answers of 400 and above, and broken connections."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    failed: int


def reads(
    url: str, requests: Sequence[Request], *, connections: int = 32, seconds: float = SECONDS
) -> Load:
    """Ask at random among `requests`, on all connections, for so long."""
    if not shutil.which("wrk") and not apt_install("wrk"):
        return in_python(url, requests, connections=connections, seconds=seconds)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "requests.lua"
        script.write_text(_lua(requests))
        threads = ["--threads", "1", "--connections", str(connections)]
        command = ["wrk", *threads, "--duration", f"{seconds:.0f}s", "--script", str(script), url]
        said = _run(command)
    found = re.search(r"RESULT (.*)", said)
    if found is None:
        raise RuntimeError(f"wrk did not say how it went: {said}")
    per_second, p50_us, p95_us, p99_us, failed = map(float, found[1].split())
    return Load(
        per_second=per_second,
        p50_ms=p50_us / 1000,
        p95_ms=p95_us / 1000,
        p99_ms=p99_us / 1000,
        failed=int(failed),
    )


def in_python(
    url: str,
    requests: Sequence[Request],
    *,
    connections: int = 1,
    seconds: float | None = None,
    warm_up: int = 0,
) -> Load:
    """The same by `python_load`; without `seconds` each request is sent once, in order.

    The first `warm_up` answers of each connection do not count.
    """
    host = urlsplit(url).netloc
    wires = [request.wire(host) for request in requests]
    job = msgspec.msgpack.encode((host, wires, connections, seconds, warm_up))
    said = _run([sys.executable, "-m", "benchmarks.python_load"], job)
    return msgspec.json.decode(said, type=Load)


def _run(command: Sequence[str], stdin: bytes = b"") -> str:
    """Run a load generator on the cores for it; RuntimeError when it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        check=False,
        preexec_fn=partial(_prepare, os.getpid()),
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode()[-2000:]}")
    return done.stdout.decode()


def _prepare(parent_pid: int) -> None:
    die_with_parent(parent_pid)
    os.sched_setaffinity(0, LOAD_CORES)


def _lua(requests: Sequence[Request]) -> str:
    """What wrk sends, and the one line it says at the end."""
    lines = ["local wanted, made = {}, {}"]
    for request in requests:
        headers = ", ".join(
            f'["{name}"]={_quoted(value)}' for name, value in request.headers.items()
        )
        lines.append(f"wanted[#wanted + 1] = {{{_quoted(request.path)}, {{{headers}}}}}")
    return "\n".join([*lines, _LUA])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_LUA = """
function init()
  math.randomseed(1)
  for i, one in ipairs(wanted) do
    for name, value in pairs(one[2]) do wrk.headers[name] = value end
    made[i] = wrk.format("GET", one[1])
    for name, _ in pairs(one[2]) do wrk.headers[name] = nil end
  end
end
function request() return made[math.random(#made)] end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %f %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
