"""`modwatch exports list | run | prune`."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result

from tests.parts import GUILD, Web, ingest, make_web, settings_for, violation

CSV = ("--guild", str(GUILD), "--type", "violations", "--format", "csv")


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    made = make_web(settings_for(sqlite_url, tmp_path, LONG_PROCESSES="0"))
    ingest(made.bot(), *(violation() for _ in range(30)))
    yield made
    made.parts.close()


def run(web: Web, *arguments: str) -> Result:
    return web.app.test_cli_runner().invoke(args=["exports", *arguments])


def test_one_is_made_and_listed(web: Web, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    made = run(web, "run", *CSV, "--out", str(copy))
    assert made.exit_code == 0, made.output
    data = copy.read_bytes()
    assert made.stdout == f"30 rows, {len(data)} bytes, SHA-256 {sha256(data).hexdigest()}\n"
    for narrowed in ((), ("--guild", str(GUILD))):
        (row,) = (line for line in run(web, "list", *narrowed).stdout.splitlines() if "csv" in line)
        assert "done" in row
        assert "operator" in row
    assert "csv" not in run(web, "list", "--guild", "999").stdout
    log = web.reader(role="admin").get(f"/api/v1/servers/{GUILD}/audit-log").json
    assert log is not None
    assert [entry["action"] for entry in log["entries"]] == ["exports.create"]


def test_what_does_not_fit_is_misuse(web: Web) -> None:
    refused = run(web, "run", *CSV[:-1], "xlsx", "--compression", "gzip")
    assert refused.exit_code == 2
    assert "compression an xlsx file is compressed as it is" in refused.stderr
    assert "csv" not in run(web, "list").stdout


def test_leftovers_are_deleted(web: Web) -> None:
    run(web, "run", *CSV)
    (web.parts.settings.export_dir / f"{'0' * 32}.part").write_bytes(b"x")
    assert run(web, "prune").stderr == "1 files deleted\n"
    assert len(list(web.parts.settings.export_dir.iterdir())) == 1
