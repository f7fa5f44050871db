"""`make run` as a process of a test: on a free port, with a data folder of its own."""

import os
import signal
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from adapters.process_tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent


class Made:
    """One `make run`; every process of it names the data folder in its environment."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self._settings = settings
        self.url = ""
        self.make: subprocess.Popen[str]

    def start(self, terminal: int | None = None) -> None:
        """Start it, with the file descriptor `terminal` as its controlling terminal if given."""
        self.make = subprocess.Popen(
            ["make", "run"],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=partial(_tie, os.getpid(), terminal),
        )

    def wait_until_up(self) -> str:
        """Return the address of the page, once it is there; raises AssertionError where it ends."""
        assert self.make.stdout is not None
        said = []
        for line in self.make.stdout:
            said.append(line)
            if line.startswith("Modwatch is up: "):
                self.url = line.removeprefix("Modwatch is up: ").strip()
                return self.url
        raise AssertionError(f"make run ended: {''.join(said)}")

    def rest_of_output(self) -> str:
        """Return what is said from here to the end, after which no process can say anything."""
        assert self.make.stdout is not None
        return self.make.stdout.read()

    def supervisor_pid(self) -> int:
        return int((self.data_dir / "modwatch.lock").read_text())

    def processes(self) -> dict[int, str]:
        """Return the command line of every living process that belongs to this run, by its id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if self._owns(folder):
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return found

    def _owns(self, process: Path) -> bool:
        """Valkey writes its title over its environment, but it works in the data folder."""
        mark = f"MODWATCH_DATA_DIR={self.data_dir}".encode()
        in_environment = mark in (process / "environ").read_bytes().split(b"\0")
        return in_environment or (process / "cwd").readlink().is_relative_to(self.data_dir)

    def answers(self) -> bool:
        with urlopen(f"{self.url}/health/live") as answer:
            return bool(answer.status == 200)

    def end(self) -> None:
        """Leave nothing of it behind, whatever a test has done."""
        self.make.kill()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.make.communicate()

    def _environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
        own = {"MODWATCH_DATA_DIR": str(self.data_dir), "MODWATCH_PORT": "0", "MODWATCH_DEMO": "0"}
        return kept | own | self._settings


def _tie(parent_pid: int, terminal: int | None) -> None:
    die_with_parent(parent_pid)
    if terminal is not None:
        import fcntl
        import termios

        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
