"""What Celery knows: a task for every name, a name for every entry of the beat table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import orjson
import pytest
from celery import Celery
from sqlalchemy import text

from adapters.settings import SettingError
from domain.task_names import LONG_QUEUE, TaskName
from models.snapshots.dirty import count_dirty
from models.work.long import newest
from schedules.beat import BEAT_SCHEDULE
from schemas.events.structs import decode_event
from services.container import Parts, build_parts
from services.ingest.store import ingest_events
from services.work.kinds import ask_rebuild
from services.work.start import start_due
from tests.parts import GUILD, messages, settings_for, until, violation
from tests.servers.valkey import Valkey
from workers.app import create_celery, hold
from workers.live import publish
from workers.operations import prune, sweep
from workers.snapshots import materialise


@pytest.fixture
def parts(database_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Parts]:
    """Those of a worker process, in this one."""
    built = build_parts(settings_for(database_url, tmp_path, valkey.url))
    hold(built)
    yield built
    built.close()


@pytest.fixture
def app(valkey: Valkey, sqlite_url: str, tmp_path: Path) -> Celery:
    made = create_celery(settings_for(sqlite_url, tmp_path, valkey.url))
    made.loader.import_default_modules()
    return made


def bring_events(parts: Parts) -> None:
    """As a web process commits them that is killed right then: nobody has published anything."""
    now_ms = parts.clock()
    sent = (violation(timestamp_ms=now_ms), messages(timestamp_ms=now_ms))
    events = [decode_event(orjson.dumps(event)) for event in sent]
    assert ingest_events(parts.database, events, now_ms).accepted == len(sent)


def waiting(parts: Parts) -> tuple[int, int]:
    """Dirty guilds, and entries of the outbox."""
    with parts.database.read() as connection:
        entries = connection.scalar(text("SELECT count(*) FROM outbox"))
        return count_dirty(connection), int(entries or 0)


def test_every_name_has_its_task(app: Celery) -> None:
    own = {name for name in app.tasks if not name.startswith("celery.")}
    assert own == {name.value for name in TaskName}


def test_beat_sends_tasks_that_exist(app: Celery) -> None:
    names = {entry["task"] for entry in BEAT_SCHEDULE.values()}
    assert names <= {name.value for name in TaskName}
    assert TaskName.SWEEP.value in names


def test_what_beat_sends_is_not_piled_up(app: Celery) -> None:
    """A task nobody got to is worth nothing once the next is due."""
    for entry in BEAT_SCHEDULE.values():
        assert 0 < entry["options"]["expires"] <= entry["schedule"]


def test_a_killed_workers_task_goes_to_another(app: Celery) -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.broker_transport_options["visibility_timeout"] <= 60


def test_a_broker_is_never_given_up(app: Celery) -> None:
    """Celery's own hundred times are over within the hour, and with them worker and beat."""
    assert app.conf.broker_connection_max_retries is None


def test_a_worker_that_was_cut_off_finds_its_commands_again(app: Celery) -> None:
    """RabbitMQ lets nobody else near what belongs to a connection that it believes alive."""
    assert not app.conf.control_queue_exclusive


def test_without_a_broker_there_is_no_worker(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MODWATCH_REDIS_URL"):
        create_celery(settings_for(sqlite_url, tmp_path))


def test_a_sweep_does_all_that_waits(parts: Parts) -> None:
    bring_events(parts)
    sweep()
    assert waiting(parts) == (0, 0)
    with parts.database.read() as connection:
        version = connection.scalar(
            text("SELECT min(version) FROM metric_snapshots WHERE guild_id = :guild"),
            {"guild": GUILD},
        )
    assert version == 1


def test_a_sweep_twice_is_as_good_as_once(parts: Parts) -> None:
    bring_events(parts)
    sweep()
    sweep()
    materialise()
    publish()
    assert waiting(parts) == (0, 0)


def test_nothing_to_do_is_no_error(parts: Parts) -> None:
    for task in (sweep, materialise, publish, prune):
        task()


def test_a_worker_goes_on_without_redis(parts: Parts, valkey: Valkey) -> None:
    """It can get no task then, but may be at one: that ends well, and the next does the rest."""
    bring_events(parts)
    valkey.stop()
    sweep()
    valkey.start()
    assert parts.redis.ping()
    sweep()
    assert waiting(parts) == (0, 0)


def test_long_work_is_done_by_a_process_of_its_own(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("database_url", "redis_url", "data_dir"):
        monkeypatch.setenv(f"MODWATCH_{name.upper()}", str(getattr(parts.settings, name)))
    bring_events(parts)
    assert ask_rebuild(parts, [GUILD]) == 1
    assert start_due(parts)

    def is_done() -> bool:
        with parts.database.read() as connection:
            return [row.state for row in newest(connection, 10)] == ["done"]

    until(is_done, 60, "the work's end")
    assert not start_due(parts)  # nothing is due: no process is started


def test_long_work_without_a_place_is_looked_for_again(parts: Parts, valkey: Valkey) -> None:
    """Whoever has the places may have looked for the last time, and be about to end."""
    bring_events(parts)
    ask_rebuild(parts, [GUILD])
    full = replace(parts, settings=replace(parts.settings, long_processes=0))
    with valkey.client() as client:
        client.delete(LONG_QUEUE)
        assert not start_due(full)
        assert not start_due(full)
        (again,) = map(orjson.loads, cast(list[bytes], client.lrange(LONG_QUEUE, 0, -1)))
    assert again["headers"]["task"] == TaskName.LONG_WORK
    assert again["headers"]["eta"] is not None
