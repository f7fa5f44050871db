"""What tests of the life of exports share: a guild with violations, and who makes files of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select

from domain.exports import ExportFormat, ExportMode, ExportType
from domain.roles import Authenticated, Moderator
from models.exports.history import ExportRow, export_of
from models.notifications.tables import Notification
from models.outbox import OutboxEntry
from services.container import Parts, build_parts
from services.exports import turn
from services.exports.asking import Asked, ask_export
from services.ingest.store import ingest_events
from services.work.kinds import long_worker
from services.work.run import LongWorker
from tests.parts import GUILD, NOW_MS, Clock, settings_for
from tests.services.events import violation

MakeParts = Callable[..., Parts]
WHO = Authenticated(GUILD, 1, Moderator)
CSV = Asked(export_type=ExportType.VIOLATIONS, format=ExportFormat.CSV, mode=ExportMode.RAW)


def fill(parts: Parts, rows: int = 40, guild_id: int = GUILD) -> None:
    now_ms = min(parts.clock(), NOW_MS + 10**12)
    many = [violation(guild_id, now_ms - place, 41, rule="r") for place in range(rows)]
    for place in range(0, rows, 5_000):
        ingest_events(parts.database, many[place : place + 5_000], now_ms)


def ask_one(parts: Parts, asked: Asked = CSV, who: Authenticated[Moderator] = WHO) -> UUID:
    return ask_export(parts, who, uuid4(), asked).id


def worker(parts: Parts, stop: Event | None = None) -> LongWorker:
    return long_worker(parts, stop or Event())


def run_due(parts: Parts) -> int:
    return worker(parts).run_due()


def row_of(parts: Parts, id: UUID, guild_id: int = GUILD) -> ExportRow:
    with parts.database.read() as connection:
        row = export_of(connection, guild_id, id)
    assert row is not None
    return row


def files(parts: Parts) -> list[Path]:
    folder = parts.settings.export_dir
    return sorted(folder.iterdir()) if folder.exists() else []


def assert_whole(parts: Parts, row: ExportRow) -> bytes:
    """Its file is the only one there, and what the row says; the bytes."""
    (file,) = files(parts)
    data = file.read_bytes()
    assert file.name == row.storage_key
    assert (len(data), sha256(data).hexdigest()) == (row.size_bytes, row.sha256)
    return data


@pytest.fixture
def make_parts(database_url: str, tmp_path: Path) -> Iterator[MakeParts]:
    made: list[Parts] = []

    def make(**more: str) -> Parts:
        settings = settings_for(database_url, tmp_path, LONG_PROCESSES="0", **more)
        made.append(build_parts(settings, Clock()))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def parts(make_parts: MakeParts) -> Parts:
    made = make_parts()
    fill(made)
    return made


def clock_of(parts: Parts) -> Clock:
    assert isinstance(parts.clock, Clock)
    return parts.clock


def told(parts: Parts) -> list[tuple[str, float]]:
    """What open pages heard of exports, in order."""
    with parts.database.read() as connection:
        query = select(OutboxEntry.events).order_by(OutboxEntry.event_offset)
        events = [one for text in connection.scalars(query) for one in orjson.loads(text)]
    of_exports = [one["data"] for one in events if one["type"] == "export_progress"]
    return [(data["status"], data["progress"]) for data in of_exports]


def notifications(parts: Parts) -> list[tuple[str, str, str]]:
    table = Notification
    with parts.database.read() as connection:
        query = select(table.event_type, table.title, table.message)
        return [(kind, title, text) for kind, title, text in connection.execute(query)]


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object], times: int = 1
) -> None:
    """When all is written, and before it is finished."""
    finish = turn._finish
    left = [times]

    def late(*given: object) -> bool:
        if left[0]:
            left[0] -= 1
            happens()
        return finish(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(turn, "_finish", late)
