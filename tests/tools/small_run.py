"""`make run` in small: everything of tools/run.py but what it runs, which only waits here.

Three children, each with a child of its own that is tied to it, as web and worker have them.
"""

from __future__ import annotations

import socket
import sys

from adapters.settings import Settings
from tools import run
from tools.supervisor import Child, Supervisor

WAITS = """\
import os, time
from adapters.process.tether import die_with_parent
parent = os.getpid()
if os.fork() == 0:
    die_with_parent(parent)
time.sleep(3600)
"""
CHILDREN = 3


def start(supervisor: Supervisor, settings: Settings, listener: socket.socket) -> None:
    for number in range(CHILDREN):
        supervisor.start(Child(f"child {number}", (sys.executable, "-c", WAITS)))
    run.greet(settings)


if __name__ == "__main__":
    run.start = start
    run.main()
