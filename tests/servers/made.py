"""`make run` as a process of a test: on a free port, with a data folder of its own."""

import fcntl
import os
import re
import signal
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from adapters.process.tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
MAKEFILE = ROOT / "Makefile"
UP = re.compile(r"^Modwatch is up: (\S+)$", re.MULTILINE)
LOOK_SECONDS = 0.1  # to look at every process of the machine is some work
PATIENCE_SECONDS = 120  # far more than anything takes; a hang should still end, and say why


def until(happened: Callable[[], object], describe: Callable[[], str]) -> None:
    """Look again and again; raises AssertionError with a description where it never happens."""
    deadline_seconds = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline_seconds, f"it did not happen; {describe()}"
        time.sleep(LOOK_SECONDS)


class Made:
    """One `make run`; every process of it names the data folder in its environment."""

    makefile = MAKEFILE

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self._settings = settings
        self._output = tempfile.TemporaryFile()  # noqa: SIM115, a pipe would fill and stop it
        self.url = ""
        self.make: subprocess.Popen[bytes]

    def start(self, terminal: int | None = None) -> None:
        """Start it, with the file descriptor `terminal` as its controlling terminal if given."""
        self.make = subprocess.Popen(
            ["make", "--file", str(self.makefile), "run"],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(_tie, os.getpid(), terminal),
        )

    def wait_until_up(self) -> str:
        """Return the address of the page, once it is there; raises AssertionError where it ends."""
        until(lambda: UP.search(self.output()) or self.make.poll() is not None, self.output)
        found = UP.search(self.output())
        assert found, f"make run ended: {self.output()}"
        self.url = found.group(1)
        return self.url

    def is_up(self) -> bool:
        return UP.search(self.output()) is not None

    def wait_until_complete(self) -> None:
        """Return when the page is there and the worker has its own two children: beat and pool."""
        self.wait_until_up()
        until(lambda: len(self.pids_of("celery")) >= 3, self.output)

    def wait_for_the_end(self) -> int:
        """Return make's exit code, once not one process of this run is left."""
        until(lambda: self.make.poll() is not None and not self.processes(), self.describe)
        return self.make.wait()

    def output(self) -> str:
        """Return what was said until now."""
        number = self._output.fileno()
        return os.pread(number, os.fstat(number).st_size, 0).decode()

    def describe(self) -> str:
        return f"alive: {self.processes()}\n{self.output()}"

    def pids_of(self, program: str) -> set[int]:
        """Return the ids of the processes that run `program`."""
        return {pid for pid, command in self.processes().items() if program in command}

    def first_of(self, program: str) -> int:
        """Return the id of the one that started the others: ids begin anew at some number."""
        pids = self.pids_of(program)
        (first,) = (pid for pid in pids if _parent_of(pid) not in pids)
        return first

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
            with suppress(ProcessLookupError):  # killing make has begun to end them
                os.kill(pid, signal.SIGKILL)
        self.make.wait()
        self._output.close()

    def _environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
        own = {"MODWATCH_DATA_DIR": str(self.data_dir), "MODWATCH_PORT": "0", "MODWATCH_DEMO": "0"}
        return kept | own | self._settings


def _parent_of(pid: int) -> int:
    """As /proc/PID/stat says, where a name in parentheses stands before it."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _tie(parent_pid: int, terminal: int | None) -> None:
    die_with_parent(parent_pid)
    for number in (signal.SIGINT, signal.SIGHUP):
        # A shell that runs the tests in its background, or nohup, has them ignored.
        signal.signal(number, signal.SIG_DFL)
    if terminal is not None:
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
