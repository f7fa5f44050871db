"""Baselines on Node, which is found as the dashboard's build finds it; packages in var/bench/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.processes import ROOT, process, wait_until_up
from tools.dashboard import QUIET, is_stamped
from tools.standins import ensure_node, node_bin, npm

SOURCES = ROOT / "benchmarks" / "baselines" / "node"
PLACE = ROOT / "var" / "bench" / "node"


@dataclass(frozen=True, slots=True)
class NodeServer:
    url: str
    pid: int


@contextmanager
def node_server(script: str, redis_url: str, folder: Path) -> Iterator[NodeServer]:
    """Run `benchmarks/baselines/node/<script>` on the cores for servers."""
    node = _install() / "node"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"BENCH_PORT": str(port), "BENCH_REDIS": redis_url.removeprefix("unix://")}
    log = folder / f"{script}.log"
    with process([str(node), str(PLACE / script)], environment, log) as running:
        url = f"http://127.0.0.1:{port}"
        wait_until_up(url, running, log)
        yield NodeServer(url, running.pid)


def _install() -> Path:
    """Install what the baselines need, once per content of their lock file; the folder of node."""
    ensure_node()
    folder = node_bin()
    if folder is None:
        raise RuntimeError("Node 18 or newer is missing and could not be installed")
    shutil.copytree(SOURCES, PLACE, dirs_exist_ok=True)
    stamp = PLACE / "node_modules" / ".modwatch-stamp"
    wanted = sha256((PLACE / "package-lock.json").read_bytes()).hexdigest()
    if not is_stamped(stamp, wanted):
        environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        subprocess.run([*npm(), "ci", *QUIET], cwd=PLACE, env=environment, check=True)
        stamp.write_text(wanted)
    return folder
