"""`/metrics`: what Prometheus reads, and who may."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from adapters.redis.pulse import Pulse
from adapters.settings import ROOT
from domain.task_names import QUEUES, TaskName
from models.work.long import note_done
from schemas.events.structs import decode_event
from services.backups.dumps import MARK
from services.backups.keeper import CREATE, REHEARSE
from services.ingest.store import ingest_events
from services.operations.measures import measures
from services.work.kinds import ask_rebuild
from tests.parts import GUILD, Web, ingest, make_web, messages, settings_for, until, violation
from tests.servers.door import door
from tests.servers.valkey import Valkey

COUNTED = 'modwatch_http_request_duration_seconds_count{method="GET",route="%s",status="200"}'


def test_requests_are_counted_by_route(web_on_sqlite: Web) -> None:
    reader, address = web_on_sqlite.reader(), f"/api/v1/servers/{GUILD}/temporal-analytics"
    counter = COUNTED % "/api/v1/servers/<guild_id>/temporal-analytics"

    def count() -> float:
        lines = web_on_sqlite.client().get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(counter))

    before = count()
    reader.get(address)
    reader.get(address)  # by the quick way
    reader.get(address.replace("/v1", ""))
    assert count() == before + 3


def values(web: Web, name: str) -> dict[str, float]:
    """The samples of `name`, by their labels."""
    lines = (line.rsplit(" ", 1) for line in web.client().get("/metrics").text.splitlines())
    found = ((labels.partition("{"), value) for labels, value in lines)
    return {labels: float(value) for (of, _, labels), value in found if of == name}


def test_the_size_of_the_log_is_told(web_on_sqlite: Web) -> None:
    ingest(web_on_sqlite.bot(), violation())
    web_on_sqlite.materialise()
    assert values(web_on_sqlite, "modwatch_sqlite_log_bytes")[""] > 0


def test_events_are_counted_by_what_became_of_them(web_on_sqlite: Web) -> None:
    bot, one = web_on_sqlite.bot(), violation()
    before = values(web_on_sqlite, "modwatch_events_total")
    ingest(bot, one, messages(), messages(count=0))
    ingest(bot, one)
    ingest(bot, messages(count=0))
    after = values(web_on_sqlite, "modwatch_events_total")
    grown = {label: after[label] - before.get(label, 0) for label in after}
    assert grown == {
        'outcome="accepted"}': 2,
        'outcome="duplicate"}': 1,
        'outcome="rejected"}': 2,
    }


def test_reads_are_counted_by_where_the_answer_came_from(web_on_sqlite: Web) -> None:
    web, reader = web_on_sqlite, web_on_sqlite.reader()
    ingest(web.bot(), violation())
    address = f"/api/v1/servers/{GUILD}/metrics"

    def grown(*reads: str) -> dict[str, float]:
        before = values(web, "modwatch_snapshot_reads_total")
        assert [reader.get(address).headers["X-Cache"] for _ in reads] == list(reads)
        after = values(web, "modwatch_snapshot_reads_total")
        return {
            one: after[one] - before.get(one, 0) for one in after if after[one] != before.get(one)
        }

    assert grown("computed", "local", "local") == {'source="computed"}': 1, 'source="local"}': 2}
    before = values(web, "modwatch_guilds_materialised_total")[""]
    web.materialise()
    assert values(web, "modwatch_guilds_materialised_total")[""] == before + 1
    assert grown("redis", "local") == {'source="redis"}': 1, 'source="local"}': 1}


def test_what_waits_is_told_as_it_is_now(web: Web) -> None:
    def now() -> dict[str, Mapping[str, float]]:
        # Not asked through the application: that would publish what waits.
        return {one.name: one.values for one in measures(web.parts)}

    ingest_events(web.parts.database, [decode_event(orjson.dumps(violation()))], web.clock())
    assert ask_rebuild(web.parts, [GUILD]) == 1
    web.clock.advance(7_000)
    told = now()
    assert told["modwatch_dirty_guilds"] == {"": 1}
    assert told["modwatch_dirty_guilds_oldest_seconds"] == {"": 7}
    assert told["modwatch_outbox_waiting"] == {"": 1}
    assert told["modwatch_outbox_oldest_seconds"] == {"": 7}
    assert told["modwatch_long_work_waiting"]["rollups.rebuild"] == 1
    assert told["modwatch_long_work_oldest_seconds"] == {"": 7}
    web.materialise()
    assert now()["modwatch_dirty_guilds"] == {"": 0}
    assert now()["modwatch_deliveries_due"] == {"": 0}


def test_connections_are_counted(web_on_sqlite: Web) -> None:
    def in_use() -> float:
        return values(web_on_sqlite, "modwatch_database_connections_in_use")[""]

    with ExitStack() as held:
        for _ in range(6):
            held.enter_context(web_on_sqlite.parts.database.read())
        assert in_use() >= 6
    # Loops of the application have one now and then.
    until(lambda: in_use() < 6, 60, "connections given back")
    assert values(web_on_sqlite, "modwatch_database_connections_allowed")[""] >= 20


def test_workers_and_queues_are_those_of_redis(web: Web, valkey: Valkey) -> None:
    assert values(web, "modwatch_workers_alive") == {"": 0}
    assert values(web, "modwatch_beat_age_seconds") == {}
    Pulse(web.parts.redis).worker_lives("worker@host", web.clock())
    Pulse(web.parts.redis).beat_lives(web.clock())
    assert web.parts.queue.enqueue(TaskName.DELIVER)
    web.clock.advance(3_000)
    assert values(web, "modwatch_workers_alive") == {"": 1}
    assert values(web, "modwatch_beat_age_seconds") == {"": 3}
    lengths = values(web, "modwatch_queue_length")
    assert set(lengths) == {f'queue="{name}"}}' for name in QUEUES}
    assert (lengths['queue="deliveries"}'], lengths['queue="long"}']) == (1, 0)
    assert values(web, "modwatch_redis_away") == values(web, "modwatch_broker_away") == {"": 0}
    valkey.stop()
    assert values(web, "modwatch_redis_away") == values(web, "modwatch_broker_away") == {"": 1}
    assert values(web, "modwatch_workers_alive") == {}
    assert values(web, "modwatch_dirty_guilds") == {"": 0}


def test_a_silent_rabbitmq_keeps_nobody_from_the_other_numbers(
    sqlite_url: str, valkey: Valkey, tmp_path: Path
) -> None:
    def listen(connection: socket.socket) -> None:
        while connection.recv(4096):
            pass

    with door(listen) as silent:
        url = f"amqp://u:p@127.0.0.1:{silent.port}/v"
        web = make_web(settings_for(sqlite_url, tmp_path, valkey.url, BROKER_URL=url))
        lines = web.client().get("/metrics").text.splitlines()
        web.parts.close()
    assert {"modwatch_broker_away 1.0", "modwatch_redis_away 0.0"} <= set(lines)
    assert "modwatch_workers_alive 0.0" in lines
    assert not any(line.startswith("modwatch_queue_length") for line in lines)


def test_what_was_not_counted_yet_is_there_with_0(sqlite_url: str, tmp_path: Path) -> None:
    program = (
        "from adapters.telemetry.exposition import Exposition\n"
        "from adapters.telemetry.from_start import count_from_zero\n"
        "count_from_zero()\n"
        "print(Exposition().text(None)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for sample in (
        'modwatch_events_total{outcome="rejected"} 0.0',
        'modwatch_deliveries_total{kind="slack",outcome="dead"} 0.0',
        'modwatch_task_duration_seconds_count{outcome="failed",task="maintenance.sweep"} 0.0',
        'modwatch_quota_refusals_total{quota="tokens"} 0.0',
    ):
        assert sample in done.stdout.splitlines()


# Told by workers and beat alone: tests/services/test_backups.py and test_backups_asked.py.
NOT_BY_WEB = {
    "modwatch_backup_disk_free_bytes",
    "modwatch_backup_copy_bytes",
    "modwatch_watched_disk_free_ratio",
}


def test_every_number_is_documented(web: Web) -> None:
    documented = set(re.findall(r"`(modwatch_[a-z_]+)", (ROOT / "docs/metrics.md").read_text()))
    Pulse(web.parts.redis).beat_lives(web.clock())
    (web.parts.settings.data_dir / MARK).touch()
    with web.parts.database.write() as connection:
        for kind in (CREATE, REHEARSE):
            note_done(connection, kind, web.clock())
    told = re.findall(r"^# TYPE (modwatch_\S+)", web.client().get("/metrics").text, re.MULTILINE)
    assert {name for name in told if not name.endswith("_created")} == documented - NOT_BY_WEB


def test_without_a_token_anybody_may_look(web_on_sqlite: Web) -> None:
    answer = web_on_sqlite.client().get("/metrics")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Bearer s3cret", 200),
        (None, 401),
        ("", 401),
        ("Bearer wrong", 401),
        ("Bearer s3cre", 401),
        ("Bearer s3cret ", 401),
        ("Basic s3cret", 401),
        ("Bearer \xff", 401),
    ],
)
def test_with_a_token_only_who_has_it(
    sqlite_url: str, tmp_path: Path, header: str | None, status: int
) -> None:
    web = make_web(settings_for(sqlite_url, tmp_path, METRICS_TOKEN="s3cret"))
    headers = {} if header is None else {"Authorization": header}
    answer = web.client().get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("modwatch_" in answer.text) == (status == 200)
    web.parts.close()
