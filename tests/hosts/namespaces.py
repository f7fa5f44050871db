"""Hosts of a test: network namespaces, each joined by its own link to the one in the middle."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAMED = Path("/run/netns")
PREFIX = "modwatch-"
CLONE_NEWNET = 0x40000000
# Of RFC 2544, for tests: seen in these namespaces alone.
MIDDLE_ADDRESS = "198.18.0.1"
DEVICE = "tostores"
_libc = ctypes.CDLL(None, use_errno=True)


class Host:
    """Whatever is started in `inside` runs there."""

    def __init__(self, name: str) -> None:
        self.name = f"{PREFIX}{os.getpid()}-{name}"
        _ip("netns", "add", self.name)
        _ip("-n", self.name, "link", "set", "lo", "up")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """For this thread, and the processes that it starts."""
        with Path("/proc/thread-self/ns/net").open() as ours, (NAMED / self.name).open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(ours.fileno())

    def remove(self) -> None:
        _ip("netns", "del", self.name)


class Middle(Host):
    """Which the others reach at MIDDLE_ADDRESS, and nobody else."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._links: dict[str, str] = {}
        _ip("-n", self.name, "address", "add", f"{MIDDLE_ADDRESS}/32", "dev", "lo")

    def join(self, host: Host) -> None:
        number = len(self._links) + 1
        link = self._links[host.name] = f"to{number}"
        here, there = f"198.18.{number}.1", f"198.18.{number}.2"
        peer = ("peer", "name", DEVICE, "netns", host.name)
        _ip("-n", self.name, "link", "add", link, "type", "veth", *peer)
        for name, device, address in ((self.name, link, here), (host.name, DEVICE, there)):
            _ip("-n", name, "address", "add", f"{address}/24", "dev", device)
            _ip("-n", name, "link", "set", device, "up")
        _ip("-n", host.name, "route", "add", MIDDLE_ADDRESS, "via", here)

    def cut(self, host: Host) -> None:
        """Without a word to either: what is sent comes to nobody."""
        _ip("-n", self.name, "link", "set", self._links[host.name], "down")

    def heal(self, host: Host) -> None:
        _ip("-n", self.name, "link", "set", self._links[host.name], "up")


def remove_leftovers() -> None:
    """Those of runs that were killed before they could."""
    for path in NAMED.glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", path.name)


def _enter(number: int) -> None:
    if _libc.setns(number, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True)
