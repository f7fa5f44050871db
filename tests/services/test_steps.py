"""Steps of the background: one that fails keeps nothing from the others, and is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from models.alerts.looks import last_evaluated
from models.work.long import newest, note_done
from services.container import Parts, build_parts
from services.operations import upkeep
from services.operations.health import health_report
from services.operations.measures import measures
from tests.parts import NOW_MS, Clock, settings_for


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    built = build_parts(settings_for(database_url, tmp_path), Clock(NOW_MS))
    built.deliverer.close()
    yield built
    built.close()


@contextmanager
def lacking(parts: Parts, table: str) -> Iterator[None]:
    """As if a migration had gone wrong."""
    _run(parts, f"ALTER TABLE {table} RENAME TO away")
    yield
    _run(parts, f"ALTER TABLE away RENAME TO {table}")


def _run(parts: Parts, statement: str) -> None:
    with parts.database.write() as connection:
        connection.exec_driver_sql(statement)


def _said(parts: Parts) -> tuple[str, str]:
    check = health_report(parts).checks["background"]
    return check.status, check.message


def _failing(parts: Parts) -> float:
    (one,) = [one for one in measures(parts) if one.name == "modwatch_steps_failing"]
    return one.values[""]


def test_a_sweep_goes_on_after_a_step_that_fails(parts: Parts) -> None:
    with lacking(parts, "minute_horizon"), pytest.raises(SQLAlchemyError):
        upkeep.sweep(parts)
    with parts.database.read() as connection:
        assert last_evaluated(connection) == NOW_MS
    assert _said(parts) == ("degraded", "steps that fail: minutes")
    assert _failing(parts) == 1
    upkeep.sweep(parts)
    assert (_said(parts)[0], _failing(parts)) == ("healthy", 0)


def test_a_process_without_beat_does_so_too(parts: Parts) -> None:
    with lacking(parts, "minute_horizon"), pytest.raises(SQLAlchemyError):
        upkeep.sweep_alone(parts)
    with parts.database.read() as connection:
        assert last_evaluated(connection) == NOW_MS


def test_deleting_goes_on_after_a_step_that_fails(parts: Parts) -> None:
    with parts.database.write() as connection:
        note_done(connection, "test", 1)
        note_done(connection, "test", NOW_MS)
    with lacking(parts, "used_handshakes"), pytest.raises(SQLAlchemyError):
        upkeep.prune(parts)
    with parts.database.read() as connection:
        assert [row.ended_ms for row in newest(connection, 9)] == [NOW_MS]
    assert _said(parts) == ("degraded", "steps that fail: prune_handshakes")
