"""The database and Redis, each lost or put back on its own: nothing is missed without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy
from sqlite3 import connect
from typing import Any

import orjson
import pytest

from adapters.redis.event_stream import EventStream
from domain.snapshot import Kind
from domain.spans import Span
from services.container import Parts, build_parts
from services.ingest.store import ingest_events
from services.live.incarnation import DatabaseIncarnation, witness
from services.live.outbox import publish_outbox
from services.live.relay import Relay, Subscribed
from services.snapshots.materialise import materialise_dirty
from tests.parts import NOW_MS, Clock, settings_for
from tests.servers.valkey import Valkey
from tests.services.events import violation

GUILD, OTHER = 10**17, 10**17 + 1
PERSON = 41


class Listener:
    """A client that comes back with its last position, as the page does."""

    def __init__(self) -> None:
        self.told: list[Subscribed] = []
        self.frames: list[bytes] = []
        self.ends = 0

    def push(self, frame: bytes, supersedes: str | None) -> None:
        self.frames.append(frame)

    def end(self, reason: str) -> None:
        self.ends += 1


class Installation:
    """One process and its database's file, which can be put back to what it was."""

    def __init__(self, folder: Path, url: str, valkey: Valkey) -> None:
        self.folder, self.valkey, self.url = folder, valkey, url
        self.saved = folder / "saved.db"
        self.file = Path(url.removeprefix("sqlite:///"))
        self.parts = self._start()
        self.relay = Relay(self.parts.stream)
        self.listener = Listener()

    def _start(self) -> Parts:
        return build_parts(settings_for(self.url, self.folder, self.valkey.url), Clock())

    def ingest(self, count: int, guild_id: int = GUILD) -> None:
        hits = [violation(guild_id, NOW_MS) for _ in range(count)]
        ingest_events(self.parts.database, hits, NOW_MS)

    def publish(self) -> int | None:
        parts = self.parts
        return publish_outbox(parts.database, parts.stream, parts.values, parts.clock)

    def witness(self) -> None:
        witness(self.parts.database, self.parts.redis, self.parts.incarnation)

    def subscribe(self) -> Subscribed:
        since = self.listener.told[-1].position if self.listener.told else None
        self.relay.subscribe(self.listener, GUILD, since, self.listener.told.append)
        return self.listener.told[-1]

    def save(self) -> None:
        with closing(connect(self.file)) as now, closing(connect(self.saved)) as saved:
            now.backup(saved)

    def put_back(self) -> None:
        """The processes stop, the file is replaced, the processes start: no command of ours."""
        self.parts.close()
        for name in (self.file, f"{self.file}-wal", f"{self.file}-shm"):
            Path(name).unlink(missing_ok=True)
        copy(self.saved, self.file)
        self.parts = self._start()
        self.relay = Relay(self.parts.stream)


@pytest.fixture
def installation(sqlite_url: str, valkey: Valkey, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, sqlite_url, valkey)
    yield made
    made.parts.close()


def bodies(installation: Installation) -> int:
    """How many of the guild's events can be resumed."""
    stream: Any = installation.parts.stream
    return len(stream.after(GUILD, 0, 10_000))


@pytest.mark.parametrize("events_since", [1, 4, 5, 6, 40])
def test_a_database_put_back_is_noticed_by_the_next_event(
    installation: Installation, events_since: int
) -> None:
    """Before, behind and at the offset that the stream had come to."""
    installation.ingest(3)
    installation.publish()
    installation.save()
    installation.ingest(5)
    installation.publish()
    before = installation.subscribe()
    installation.put_back()
    installation.ingest(events_since)
    assert installation.publish() == events_since
    after = installation.subscribe()
    assert not after.recovered, "the reader is told to read anew"
    assert after.position.epoch != before.position.epoch
    assert after.position.offset == 3 + events_since
    assert bodies(installation) == events_since


def test_one_that_resumes_before_the_next_event_is_ended_by_it(
    installation: Installation,
) -> None:
    installation.ingest(3)
    installation.publish()
    installation.save()
    installation.ingest(5)
    installation.publish()
    installation.put_back()
    installation.subscribe()
    listening = installation.parts.stream.listen()
    assert next(listening) is None
    installation.ingest(1)
    installation.publish()
    event = next(listening)
    assert event is not None
    installation.relay.deliver(event)
    assert (installation.listener.ends, installation.listener.frames) == (1, [])
    listening.close()  # type: ignore[attr-defined]


def test_an_event_of_another_guild_tells_of_it_as_well(installation: Installation) -> None:
    installation.ingest(3, OTHER)
    installation.publish()
    installation.save()
    installation.ingest(5)
    installation.ingest(1, OTHER)
    installation.publish()
    before = installation.subscribe()
    installation.put_back()
    installation.ingest(1, OTHER)
    installation.publish()
    assert installation.subscribe().position.epoch != before.position.epoch


def test_where_nothing_happens_the_sweep_notices(installation: Installation) -> None:
    installation.ingest(3)
    installation.publish()
    installation.witness()
    installation.save()
    installation.ingest(5)
    parts = installation.parts
    materialise_dirty(parts.database, parts.cache, parts.clock)
    installation.publish()
    installation.witness()
    before = installation.subscribe()
    assert _copied(installation) == 8
    installation.put_back()
    installation.witness()
    assert _copied(installation) is None, "what Redis had was of a time that is not to come"
    assert installation.subscribe().position.epoch != before.position.epoch
    name = installation.parts.incarnation.name()
    for _ in range(3):
        installation.witness()
    assert installation.parts.incarnation.reload() == name, "once is enough"


def _copied(installation: Installation) -> int | None:
    found = installation.parts.cache.get(GUILD, Kind.METRICS, Span.DAY)
    return None if found is None else int(orjson.loads(found.body)["violations_total"])


def test_a_new_database_under_the_same_redis(installation: Installation) -> None:
    installation.save()  # nobody has asked for its name yet
    installation.ingest(5)
    installation.publish()
    before = installation.subscribe()
    installation.put_back()
    after = installation.subscribe()
    assert not after.recovered
    assert after.position.epoch != before.position.epoch
    assert after.position.offset == 0
    installation.ingest(2)
    assert installation.publish() == 2
    assert bodies(installation) == 2


def test_a_redis_that_lost_everything(installation: Installation) -> None:
    installation.ingest(5)
    installation.publish()
    before = installation.subscribe()
    with installation.valkey.client() as client:
        client.flushall()
    installation.ingest(1)
    assert installation.publish() == 1
    after = installation.subscribe()
    assert not after.recovered
    assert after.position.epoch != before.position.epoch
    assert installation.parts.incarnation.reload() != "", "the database is the same"


@pytest.mark.parametrize("first", ["database", "redis"])
def test_both_are_lost_one_after_the_other(installation: Installation, first: str) -> None:
    installation.ingest(3)
    installation.publish()
    installation.save()
    installation.ingest(5)
    installation.publish()
    before = installation.subscribe()
    with installation.valkey.client() as client:
        if first == "redis":
            client.flushall()
        installation.put_back()
        if first == "database":
            client.flushall()
    installation.ingest(2)
    assert installation.publish() == 2
    after = installation.subscribe()
    assert not after.recovered
    assert after.position.epoch != before.position.epoch
    assert bodies(installation) == 2


def test_a_publisher_that_died_is_no_sign_of_a_restore(installation: Installation) -> None:
    """Its events are published again: the same ones at the same places."""
    installation.ingest(5)
    stream, values = installation.parts.stream, installation.parts.values
    assert isinstance(stream, EventStream)
    position = installation.subscribe().position
    installation.save()
    installation.publish()
    installation.put_back()  # to just before the rows went: as after a crash
    assert installation.publish() == 5
    assert values is not None
    after = installation.subscribe()
    assert after.position.epoch == position.epoch
    assert after.recovered
    assert bodies(installation) == 5


def test_the_name_is_the_databases_own(database: Any) -> None:
    """The same for every process, and on both kinds."""
    seconds = [0.0]
    one, other = DatabaseIncarnation(database, lambda: seconds[0]), DatabaseIncarnation(database)
    name = one.name()
    assert other.name() == name
    other.renew(name)
    other.renew(name)  # somebody noticed the same
    assert one.name() == name, "for some seconds"
    seconds[0] += 5
    assert one.name() == other.name() != name
