"""What is measured beside a download has one beside it all the time, and says how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.beside_exports import downloading
from tests.parts import until

FILE = b"x" * 300_000


class Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(FILE)))
        self.end_headers()
        self.wfile.write(FILE)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_follow_each_other_until_the_end(url: str) -> None:
    with downloading(f"{url}/file", {}) as download:
        until(lambda: download.taken_bytes > 10 * len(FILE), 60, "the tenth file")
    assert 0 < download.share <= 1
