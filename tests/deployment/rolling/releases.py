"""A release as a folder of code, and its processes; the one before comes out of Git."""

from __future__ import annotations

import filecmp
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.texts import ROOT
from tools.supervisor import Child

LOCK = "requirements.lock"
WHO = ("-W", "ignore")  # whoever runs this as root knows it


@dataclass(frozen=True, slots=True)
class Release:
    name: str
    commit: str
    folder: Path
    python: Path

    def modwatch(self, *arguments: str) -> str:
        """A command of its own; returns the last line that it says."""
        done = subprocess.run(
            [self.python, "-m", "modwatch", *arguments],
            cwd=self.folder,
            env={**os.environ, "MODWATCH_COMMIT": self.commit},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: modwatch {' '.join(arguments)}: {done.stderr}")
        return (done.stdout.strip().splitlines() or [""])[-1]

    def migrate(self) -> None:
        self.modwatch("db", "upgrade")

    def web(self, listener: socket.socket) -> Child:
        """Old and new ones take from the same socket, so no request finds nobody."""
        number = listener.fileno()
        bind = ("--no-control-socket", "--bind", f"fd://{number}")
        return self._child("web", ("gunicorn", *bind, "wsgi:app"), number)

    def worker(self) -> Child:
        return self._child("worker", (*_celery("worker"), "--concurrency=1", *self._own_name()))

    def beat(self) -> Child:
        return self._child("beat", _celery("beat"))

    def _own_name(self) -> tuple[str, ...]:
        return ("--hostname", f"{self.name}@%h")

    def _child(self, name: str, command: tuple[str, ...], *kept_fds: int) -> Child:
        there = (
            "env",
            f"--chdir={self.folder}",
            f"MODWATCH_COMMIT={self.commit}",
            str(self.python),
            *WHO,
            "-m",
        )
        return Child(f"{name} of {self.name}", (*there, *command), keep_fds=kept_fds)


def _celery(what: str) -> tuple[str, ...]:
    return ("celery", "-A", "celery_config", "-q", what, "--loglevel=critical")


def this_release() -> Release:
    return Release("this", "this", ROOT, Path(sys.executable))


def release_before(commit: str, folder: Path) -> Release:
    """Its code of that commit, with libraries of its own where it locks others."""
    packed = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
    if filecmp.cmp(folder / LOCK, ROOT / LOCK, shallow=False):
        return Release("before", commit, folder, Path(sys.executable))
    subprocess.run(["make", "venv"], cwd=folder, check=True)
    return Release("before", commit, folder, folder / ".venv" / "bin" / "python")


def last_released() -> str | None:
    """The newest tag that this commit comes after."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match=v*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
