"""`modwatch events ingest`: a file or a pipe of events."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.database import Database
from domain.clock import rfc3339
from schemas.events.body import MAXIMUM_EVENTS
from services.ingest.file import LONGEST_LINE_BYTES
from tests.command_line import CommandHere, CommandLine
from tests.services import stored

GUILD = 77


def _event(number: int, **changes: Any) -> bytes:
    event = {
        "type": "messages",
        "id": str(UUID(int=number)),
        "guild_id": str(GUILD),
        "timestamp": rfc3339(time.time_ns() // 1_000_000),
        "count": 1,
    }
    return json.dumps(event | changes).encode()


def test_more_events_than_one_request_may_have(database_url: str, tmp_path: Path) -> None:
    program, file = CommandHere(database_url, tmp_path), tmp_path / "events.ndjson"
    lines = [_event(number) for number in range(1, 2 * MAXIMUM_EVENTS + 4)]
    file.write_bytes(b"\n".join(lines))
    done = program.run("events", "ingest", str(file))
    assert (done.returncode, done.stdout) == (0, "10,003 accepted, 0 duplicates, 0 rejected\n")
    again = program.run("events", "ingest", str(file))
    assert (again.returncode, again.stdout) == (0, "0 accepted, 10,003 duplicates, 0 rejected\n")
    database = Database(database_url)
    assert len(stored.rows(database, "message_counts", [GUILD])) == len(lines)
    database.close()


def test_rejected_lines_are_told_by_number_and_the_others_stored(
    sqlite_url: str, tmp_path: Path
) -> None:
    lines = [
        b"\xef\xbb\xbf" + _event(1),
        b"",
        b"{oops",
        _event(2, count=0),
        b"x" * (LONGEST_LINE_BYTES + 10),
        _event(3, timestamp="2020-01-01T00:00:00Z"),
        b"\xff\xfe",
        _event(4, nonsense=1) + b"\r",
        _event(5) + b"\r" + _event(6),
        b"[" * 100_000,
        _event(1),
    ]
    program = CommandLine(sqlite_url, tmp_path)
    done = program.run("events", "ingest", "-", stdin=b"\n".join(lines))
    assert "Traceback" not in done.stderr, done.stderr[-800:]
    assert (done.returncode, done.stdout) == (1, "3 accepted, 1 duplicates, 7 rejected\n")
    told = [line.split(":")[0] for line in done.stderr.splitlines() if line.startswith("line ")]
    assert sorted(told) == sorted(f"line {number}" for number in (3, 4, 5, 6, 7, 8, 10))
    assert "count" in next(line for line in done.stderr.splitlines() if "line 4:" in line)


def test_files_of_other_editors(sqlite_url: str, tmp_path: Path) -> None:
    """Files with a mark that were put together; one of UTF-16 is refused and nothing is stored."""
    program = CommandHere(sqlite_url, tmp_path)
    mark = b"\xef\xbb\xbf"
    marked = mark + _event(1) + b"\n" + mark + _event(2) + b"\n" + mark + b"\n" + _event(3)
    done = program.run("events", "ingest", "-", stdin=marked)
    assert (done.returncode, done.stdout) == (0, "3 accepted, 0 duplicates, 0 rejected\n")
    wide = b"\n".join([_event(4), _event(5)]).decode().encode("utf-16")
    done = program.run("events", "ingest", "-", stdin=wide)
    assert (done.returncode, done.stdout) == (1, "0 accepted, 0 duplicates, 1 rejected\n")
    assert "UTF-16" in done.stderr


def test_an_empty_file_and_none(sqlite_url: str, tmp_path: Path) -> None:
    program = CommandHere(sqlite_url, tmp_path)
    empty = program.run("events", "ingest", "-", stdin=b"")
    assert (empty.returncode, empty.stdout) == (0, "0 accepted, 0 duplicates, 0 rejected\n")
    missing = program.run("events", "ingest", str(tmp_path / "none"))
    assert missing.returncode != 0
    assert "No such file" in missing.stderr


def test_what_a_file_says_cannot_speak_to_the_terminal(sqlite_url: str, tmp_path: Path) -> None:
    hostile = _event(1, **{"\x1b]0;owned\x07\nline 9: fine": 1})
    done = CommandHere(sqlite_url, tmp_path).run("events", "ingest", "-", stdin=hostile)
    (line,) = [line for line in done.stderr.splitlines() if "Unknown field" in line]
    assert line.startswith("line 1: ")
    assert not {"\x1b", "\x07"} & set(done.stderr)
