"""Ports for servers that cannot be given a socket.

One that the system gives and takes back, it may give to anybody the next moment. So these are below
those that it gives by itself, and each process of tests begins at a place of its own.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

FIRST, MANY = 10_000, 10_000


def _mine() -> Iterator[int]:
    # Processes that start together have nearly the same number.
    place = os.getpid() * 97
    while True:
        yield FIRST + place % MANY
        place += 1


_ports = _mine()


def free_port() -> int:
    """One that nobody has, and that this process did not hand out lately."""
    return next(port for port in _ports if is_free(port))


def is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
