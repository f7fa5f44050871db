"""Runs several processes as one: they start together, and no way of ending leaves one behind.

Children sit in sessions of their own, so that Ctrl-C reaches only the supervisor, which then ends
them in order; and the kernel kills them should the supervisor be killed itself.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from adapters.process.tether import die_with_parent

GRACE_SECONDS = 10.0
# A child that ended is started again at once; one that ends soon after that, later each time. It
# is never given up and ends no other: what stops it (a full disk, Redis away) may pass at any hour.
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 30.0
LOOK_AT_PARENT_SECONDS = 0.5


class StopRequestedError(Exception):
    """Somebody asked for the end: a signal, or the death of the parent."""


class ChildFailedError(Exception):
    """A child ended that should not have; the message is for people."""


class Child:
    """One process, and how to start it again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        keep_fds: Sequence[int] = (),
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """`prepare` is done before each start again, such as putting a bad file aside."""
        self.name = name
        self.command = command
        self.prepare = prepare
        self._keep_fds = keep_fds
        self._process: subprocess.Popen[bytes] | None = None
        self._started_seconds = 0.0
        self._short_lives = 0
        self._next_start_seconds: float | None = None

    def start(self) -> None:
        self._started_seconds = time.monotonic()
        self._next_start_seconds = None
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self._keep_fds,
            preexec_fn=_prepare_child(os.getpid()),
        )

    @property
    def pid(self) -> int | None:
        """Of the process started last; None before that."""
        return self._process.pid if self._process else None

    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def plan_next_start(self) -> float:
        """It ended: how many seconds until it is started again. The plan is kept until then."""
        if time.monotonic() - self._started_seconds >= STEADY_SECONDS:
            self._short_lives = 0
        wait_seconds = wait_before_start(self._short_lives)
        self._short_lives += 1
        self._next_start_seconds = time.monotonic() + wait_seconds
        return wait_seconds

    @property
    def is_planned(self) -> bool:
        return self._next_start_seconds is not None

    @property
    def is_due(self) -> bool:
        """Whether the time of the planned start has come."""
        return self._next_start_seconds is not None and self._next_start_seconds <= time.monotonic()

    def send(self, number: signal.Signals) -> None:
        """Signal the child and whatever it started, if anything of it is left."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def ask_to_end(self) -> None:
        """Signal the child alone: it knows best how to end its own children."""
        if self._process:
            self._process.terminate()


class Supervisor:
    """Starts children, watches them and itself, and ends them all."""

    def __init__(self, parent: Path | None = None) -> None:
        """`parent` is the folder in /proc of the `make` that started this, if one did."""
        self._children: list[Child] = []
        self._parent = parent
        self._parent_catches = _caught_signals(parent)
        wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # What was ignored from the start (nohup) stays ignored.
        self._stops = {one for one in wanted if signal.getsignal(one) is not signal.SIG_IGN}
        self._signals = {signal.SIGCHLD, *self._stops}
        signal.pthread_sigmask(signal.SIG_BLOCK, self._signals)

    def start(self, child: Child) -> Child:
        self._children.append(child)
        child.start()
        return child

    def run(self, name: str, command: Sequence[str]) -> int:
        """Run one step to its end and return its exit code."""
        child = self.start(Child(name, command))
        while (code := child.exit_code()) is None:
            self._wait(LOOK_AT_PARENT_SECONDS)
        self._children.remove(child)
        return code

    def wait_until(self, ready: Callable[[], bool], child: Child) -> None:
        """Return when `ready()`; raises ChildFailedError when `child` ends before that."""
        while not ready():
            self._wait(0.05)
            if (code := child.exit_code()) is not None:
                self._children.remove(child)
                raise ChildFailedError(f"{child.name} ended while starting ({_words(code)})")

    def watch(self) -> None:
        """Start again what ends by accident, for ever; returns only by StopRequestedError."""
        while True:
            self._wait(LOOK_AT_PARENT_SECONDS)
            for child in self._children:
                if (code := child.exit_code()) is not None:
                    self._start_again(child, code)

    def pause(self, seconds: float) -> None:
        """Wait so long; raises StopRequestedError when told to end meanwhile."""
        until_seconds = time.monotonic() + seconds
        while (left_seconds := until_seconds - time.monotonic()) > 0:
            self._wait(min(left_seconds, LOOK_AT_PARENT_SECONDS))

    def stop(self) -> None:
        """End the children, the first started last; a second request ends them at once."""
        helpers, foundation = self._children[1:], self._children[:1]
        for group in (helpers, foundation):
            for child in group:
                child.ask_to_end()
            self._wait_for_end(group)
            for child in group:
                child.send(signal.SIGKILL)

    def _start_again(self, child: Child, code: int) -> None:
        if not child.is_planned:
            wait_seconds = child.plan_next_start()
            when = f"in {wait_seconds:g} s" if wait_seconds else "now"
            print(f"modwatch: {child.name} ended ({_words(code)}), starts again {when}", flush=True)
        if child.is_due:
            child.send(signal.SIGKILL)  # what it started itself may have outlived it
            child.prepare()
            child.start()

    def _wait(self, seconds: float) -> None:
        """Wait for news of a child, at most so long; raises StopRequestedError when told to end."""
        news = signal.sigtimedwait(self._signals, seconds)
        if (news and news.si_signo in self._stops) or self._parent_was_told():
            raise StopRequestedError

    def _wait_for_end(self, group: list[Child]) -> None:
        deadline_seconds = time.monotonic() + GRACE_SECONDS
        while any(child.exit_code() is None for child in group):
            left_seconds = deadline_seconds - time.monotonic()
            news = signal.sigtimedwait(self._signals, max(left_seconds, 0.0))
            if news is None or news.si_signo in self._stops:
                return

    def _parent_was_told(self) -> bool:
        """Whether `make` itself was told to end.

        make passes SIGTERM on, but of SIGINT and SIGHUP it believes that the terminal told every
        process, and waits. All that shows is that its handler for that signal is gone.
        """
        return _caught_signals(self._parent) != self._parent_catches


def wait_before_start(short_lives: int) -> float:
    """Seconds before the next start of a child whose last `short_lives` lives were short."""
    if short_lives == 0:
        return 0.0
    return min(FIRST_WAIT_SECONDS * 2.0 ** (short_lives - 1), LONGEST_WAIT_SECONDS)


def _caught_signals(process: Path | None) -> str:
    """Return the mask of the signals that `process` has handlers for, "" without a process."""
    if process is None:
        return ""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in (process / "status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return line
    return "gone"


def _prepare_child(supervisor_pid: int) -> Callable[[], None]:
    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        die_with_parent(supervisor_pid)

    return prepare


def _words(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
