"""One web process for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.process import Served, served_from
from tests.servers.providers.slack import SlackStandIn
from tests.servers.scratch import scratch_folder


@pytest.fixture(scope="package")
def slack() -> Iterator[SlackStandIn]:
    server = SlackStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def served(migrated_sqlite_file: Path, slack: SlackStandIn) -> Iterator[Served]:
    with scratch_folder("server") as folder:
        url = f"sqlite:///{shutil.copy(migrated_sqlite_file, folder / 'modwatch.db')}"
        allowed = {"OUTGOING_ALLOW": f"127.0.0.1:{slack.port}", "APPRISE_SCHEMES": "tgram"}
        with served_from(folder, url, **allowed) as served:
            yield served
