"""`modwatch guilds delete | deleted`: counted first, then gone, and written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.parts import GUILD, OTHER_GUILD, Web, ingest, make_web, settings_for, violation


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"))
    ingest(made.bot(), violation(), violation(OTHER_GUILD))
    yield made
    made.parts.close()


def run(web: Web, *arguments: str) -> Result:
    return web.app.test_cli_runner().invoke(args=["guilds", *arguments])


def test_a_server_is_counted_and_only_then_deleted(web: Web) -> None:
    for _ in range(2):
        counted = run(web, "delete", str(GUILD))
        assert counted.exit_code == 0, counted.output
        assert re.search(r"violations +\W 1 ", counted.stdout)
        assert "nothing was changed" in counted.stderr
        assert "its bot last sent something" in counted.stderr
    assert str(GUILD) not in run(web, "deleted").stdout
    done = run(web, "delete", str(GUILD), "--yes")
    assert (done.exit_code, "is deleted" in done.stderr) == (0, True), done.output
    assert str(GUILD) in run(web, "deleted").stdout
    listed = run(web, "list").stdout
    assert (str(GUILD) in listed, str(OTHER_GUILD) in listed) == (False, True)
    again = run(web, "delete", str(GUILD), "--yes")
    assert (again.exit_code, f"nothing of a server {GUILD}" in again.stderr) == (3, True)
    assert run(web, "delete", "me").exit_code == 2
