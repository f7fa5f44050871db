"""`kill -9` of a process that makes a workbook: no row of it stays, nor an erased member."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.process.scratch import PREFIX
from domain.exports import ExportFormat, ExportType
from domain.long_work import LEASE_MS
from domain.roles import Authenticated, Owner
from domain.windows import MINUTE_MS
from services.container import Parts, build_parts
from services.exports.asking import Asked
from services.exports.retention import prune_exports
from services.ingest.store import ingest_events
from services.members.erasure import erase
from services.work.start import start_due
from tests.faults.processes import ForkServer, Nursery
from tests.parts import GUILD, Clock, settings_for
from tests.services.events import violation
from tests.services.exports.life import ask_one, files, fill, row_of

pytestmark = pytest.mark.faults
ROWS = 6_000  # more than a process writes before it says how far it is
XLSX = Asked(export_type=ExportType.VIOLATIONS, format=ExportFormat.XLSX)
# As long as Discord's: no number beside it has it in it by chance.
PERSON = 424_242_424_242_424_242


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    plain = database_url.replace("+psycopg", "")
    made = build_parts(settings_for(plain, tmp_path / "data", LONG_PROCESSES="0"), Clock())
    fill(made, ROWS)
    yield made
    made.close()


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where processes put what they need meanwhile, ours and those that are killed."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def nursery(parts: Parts, scratch: Path, fork_server: ForkServer) -> Iterator[Nursery]:
    given = {**parts.settings.given, "TMPDIR": str(scratch)}
    made = Nursery(fork_server, "export_nursery", given)
    yield made
    made.end()


def rows_in(scratch: Path) -> bytes:
    return b"".join(file.read_bytes() for file in scratch.glob(f"{PREFIX}*/*"))


def test_erasing_a_member_leaves_nothing_of_a_killed_one(
    parts: Parts, nursery: Nursery, scratch: Path
) -> None:
    ingest_events(parts.database, [violation(GUILD, parts.clock(), PERSON)], parts.clock())
    id = ask_one(parts, XLSX)
    nursery.kill_at(parts.clock(), "writing")
    assert str(PERSON).encode() in rows_in(scratch)
    assert len(files(parts)) == 1
    erase(parts, Authenticated(GUILD, 1, Owner), PERSON)
    assert (list(scratch.iterdir()), files(parts)) == ([], [])
    assert row_of(parts, id).state == "queued"


def test_whoever_looks_after_exports_sweeps_and_leaves_who_is_at_it(
    parts: Parts, nursery: Nursery, scratch: Path
) -> None:
    assert isinstance(parts.clock, Clock)
    ask_one(parts, XLSX)
    for sweep in (prune_exports, start_due):
        pid = nursery.start(parts.clock(), "writing")
        nursery.wait_until_there()
        sweep(parts)
        assert rows_in(scratch)
        nursery.kill(pid)
        sweep(parts)
        assert list(scratch.iterdir()) == []
        parts.clock.advance(LEASE_MS + MINUTE_MS)
