"""Web processes as production runs them: gunicorn on gevent, on a port of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import monotonic

import httpx

from adapters.process.tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 120  # far more than a start takes; a hang should still end, and say why


class WebProcess:
    """Serves from `start` to `stop`, with no settings but `environment` and its own address.

    Start it from a thread that stays: the process ends with it.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._log_file = folder / f"web-{self.port}.log"
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR") if name in os.environ}
        own = {"MODWATCH_DATA_DIR": f"{folder}/{self.port}", "MODWATCH_PUBLIC_URL": self.url}
        self._environment = kept | own | dict(environment)
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        return self._log_file.read_text()

    def start(self) -> None:
        """Start it, without waiting for its first answer."""
        number = self._listener.fileno()
        bind = ("--no-control-socket", "--bind", f"fd://{number}")
        with self._log_file.open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *bind, "wsgi:app"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(number,),
                process_group=0,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    def end(self) -> None:
        """End it; it may be started again."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()

    def stop(self) -> None:
        """End it, and give its port up."""
        self.end()
        self._listener.close()

    def wait_until_up(self) -> None:
        """Return with the first answer. Raises AssertionError where it ends before."""
        # The listener is open before the server is: requests wait in it.
        deadline = monotonic() + PATIENCE_SECONDS
        while self._server and self._server.poll() is None and monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/health/live", timeout=1)
            except httpx.TransportError:
                continue
            else:
                return
        raise AssertionError(f"the web process did not start: {self.log()[-2000:]}")
