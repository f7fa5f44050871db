"""The server of a rehearsal starts on what a backup has, which on Debian is without settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.backups.base import nothing
from adapters.backups.pgbackrest import _server, _wait_until_ready
from tests.servers.postgres import Cluster
from tests.servers.scratch import scratch_folder


@pytest.fixture
def put_back() -> Iterator[Path]:
    """A folder with `data` as pgBackRest makes it of a server whose settings are in /etc."""
    with scratch_folder("beside") as folder:
        cluster = Cluster(folder)
        cluster.serve()
        cluster.stop()
        for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
            (folder / "data" / name).unlink()
        yield folder


def test_it_starts_without_settings(put_back: Path) -> None:
    user = (put_back / "data").owner()
    url = f"postgresql+psycopg://modwatch@/postgres?host={put_back}"
    with _server(put_back / "data", put_back, user) as server:
        _wait_until_ready(url, server, put_back / "log", nothing)
