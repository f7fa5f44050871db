"""What Celery knows: a task for every name, a name for every entry of the beat table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from celery import Celery
from sqlalchemy import text

from adapters.settings import SettingError
from domain.task_names import TaskName
from models.dirty_guild import count_dirty
from schedules.beat import BEAT_SCHEDULE
from schemas.event import decode_event
from services.ingest import ingest_events
from services.parts import Parts, build_parts
from tests.parts import GUILD, messages, settings_for, violation
from tests.servers.valkey import Valkey
from workers import tasks
from workers.app import create_celery, hold


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


def test_without_a_broker_there_is_no_worker(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MODWATCH_REDIS_URL"):
        create_celery(settings_for(sqlite_url, tmp_path))


def test_a_sweep_does_all_that_waits(parts: Parts) -> None:
    bring_events(parts)
    tasks.sweep()
    assert waiting(parts) == (0, 0)
    with parts.database.read() as connection:
        version = connection.scalar(
            text("SELECT min(version) FROM metric_snapshots WHERE guild_id = :guild"),
            {"guild": GUILD},
        )
    assert version == 1


def test_a_sweep_twice_is_as_good_as_once(parts: Parts) -> None:
    bring_events(parts)
    tasks.sweep()
    tasks.sweep()
    tasks.materialise()
    tasks.publish()
    assert waiting(parts) == (0, 0)


def test_nothing_to_do_is_no_error(parts: Parts) -> None:
    for task in (tasks.sweep, tasks.materialise, tasks.publish, tasks.prune):
        task()


def test_a_worker_goes_on_without_redis(parts: Parts, valkey: Valkey) -> None:
    """It can get no task then, but may be at one: that ends well, and the next does the rest."""
    bring_events(parts)
    valkey.stop()
    tasks.sweep()
    valkey.start()
    assert parts.redis.ping()
    tasks.sweep()
    assert waiting(parts) == (0, 0)
