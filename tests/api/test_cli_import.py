"""`modwatch import murdoch` as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.command_line import CommandHere, CommandLine
from tests.parts import GUILD, Web
from tests.services import murdoch_files as files


def test_a_summary_on_stdout_and_the_same_again(database_url: str, tmp_path: Path) -> None:
    program, path = CommandHere(database_url, tmp_path), files.tidy(tmp_path / "tidy.db")
    first = program.run("import", "murdoch", str(path))
    assert first.returncode == 0, first.stderr
    assert "12/12" in first.stderr
    assert _counts(first.stdout)["violations"] == [2, 2, 0, 0]
    assert _counts(first.stdout)["metrics_hourly"] == [2, 2, 0, 0]
    assert "sessions" not in first.stdout
    again = program.run("import", "murdoch", str(path))
    assert _counts(again.stdout)["violations"] == [2, 0, 2, 0]
    verified = program.run("rollups", "verify")
    assert verified.returncode == 0, verified.stdout


def test_why_rows_were_refused(sqlite_url: str, tmp_path: Path) -> None:
    program = CommandHere(sqlite_url, tmp_path)
    done = program.run("import", "murdoch", str(files.awkward_violations(tmp_path / "awkward.db")))
    assert done.returncode == 0, done.stderr
    refused = sum(map(len, files.REFUSED_VIOLATIONS.values()))
    assert _counts(done.stdout)["violations"][3] == refused
    for reason in files.REFUSED_VIOLATIONS:
        assert reason in done.stdout
    assert "Not in the file: user_cache" in done.stdout


@pytest.mark.parametrize("name", ["missing.db", ".", "text.db", "modwatch.db", "empty.db"])
def test_one_line_for_a_wrong_file(sqlite_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "text.db").write_text("no database " * 100)
    (tmp_path / "empty.db").touch()
    before = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    done = CommandHere(sqlite_url, tmp_path).run("import", "murdoch", str(tmp_path / name))
    assert done.returncode == 3
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith(f"Error: {(tmp_path / name)}")
    assert Path(sqlite_url.removeprefix("sqlite:///")).read_bytes() == before


def test_one_line_without_a_schema(tmp_path: Path) -> None:
    program = CommandLine(f"sqlite:///{tmp_path}/unmigrated.db", tmp_path)
    done = program.run("import", "murdoch", str(files.tidy(tmp_path / "tidy.db")))
    assert done.returncode == 3
    assert "db upgrade" in done.stderr.strip().splitlines()[-1]


def test_what_is_cached_is_dropped(web_on_sqlite: Web, tmp_path: Path) -> None:
    rules, now = f"/api/v1/servers/{GUILD}/rules", "2026-03-01 00:00:00"
    reader = web_on_sqlite.reader()
    assert orjson.loads(reader.get(rules).data)["rules"] == ""
    path = files.make(
        tmp_path / "rules.db", server_rules=[files.rules(guild_id=GUILD, updated_at=now)]
    )
    done = web_on_sqlite.app.test_cli_runner().invoke(args=["import", "murdoch", str(path)])
    assert done.exit_code == 0, done.output
    assert orjson.loads(reader.get(rules).data)["rules"] == "Be kind."


def _counts(summary: str) -> dict[str, list[int]]:
    """The numbers of each row of the summary's table."""
    rows = [line.split("│")[1:-1] for line in summary.splitlines() if line.startswith("│")]
    return {cells[0].strip(): [int(cell.replace(",", "")) for cell in cells[1:]] for cells in rows}
