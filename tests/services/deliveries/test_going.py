"""The last moments of a channel that is taken away: beside other workers, and after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

from domain.delivery_life import FINAL, SENT_WITHIN_MS
from domain.windows import MINUTE_MS
from models.channels.store import ChannelRow, every_channel_of, insert_channel
from models.deliveries.claims import lock_channel
from services.channels.changes import remove_channel
from services.channels.sealing import sealed_settings
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver, is_anything_due
from services.deliveries.leaving import let_go
from services.reports.targets import own_channels, take_all_away
from tests.adapters.channels.sample import settings_of
from tests.parts import GUILD, until
from tests.services.alerts.sending import send
from tests.services.alerts.town import Town, open_town, raid

CLAIM = UUID(int=11)


def _is_stored(town: Town) -> bool:
    """Its row, with its secrets, is there."""
    with town.parts.database.read() as connection:
        return every_channel_of(connection, [GUILD], with_leaving=True) != []


def test_what_is_on_its_way_after_a_day_comes_to_an_end_first(town: Town) -> None:
    slack = town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    (job,) = claim_due(town.parts, CLAIM, 4)
    remove_channel(town.parts, town.who, slack)
    town.clock.advance(SENT_WITHIN_MS + MINUTE_MS)
    assert let_go(town.parts) == 0
    town.slack.go_away()
    send(town.parts, job, CLAIM)
    deliver(town.parts)
    assert {row.state for row in town.deliveries()} <= FINAL
    assert not _is_stored(town)


def test_one_whose_worker_died_after_its_last_word_goes_at_the_next_look(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    remove_channel(town.parts, town.who, pager)
    (job,) = claim_due(town.parts, CLAIM, 4)
    assert not is_anything_due(town.parts)
    send(town.parts, job, CLAIM)
    assert _is_stored(town)
    assert is_anything_due(town.parts)
    deliver(town.parts)
    assert not _is_stored(town)
    assert not is_anything_due(town.parts)


def test_several_at_once_never_wait_crosswise_with_who_writes_down(
    postgres_url: str, tmp_path: Path
) -> None:
    """Who sends locks them by their ids; the later one was made first."""
    schedule, low, high = uuid4(), UUID(int=1), UUID(int=2)
    with ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        town = open_town(stack, postgres_url, tmp_path)
        for age_ms, id in enumerate((high, low)):
            _add_target(town, schedule, id, town.clock() + age_ms)
        with town.parts.database.write() as connection:
            lock_channel(connection, (GUILD, low))
            gone = pool.submit(_take_away, town, schedule)
            until(lambda: _is_blocked(town), 60, "a transaction that waits for another's lock")
            lock_channel(connection, (GUILD, high))
        gone.result()
        assert not _is_stored(town)


def _add_target(town: Town, schedule: UUID, id: UUID, created_ms: int) -> None:
    kept = settings_of("slack", town.slack.url)
    sealed, mask = sealed_settings(town.parts.secrets, "slack", kept)
    row = ChannelRow(
        guild_id=GUILD,
        id=id,
        kind="slack",
        name="",
        settings=sealed,
        mask=mask,
        created_ms=created_ms,
        schedule_id=schedule,
    )
    with town.parts.database.write() as connection:
        insert_channel(connection, row)


def _take_away(town: Town, schedule: UUID) -> None:
    with town.parts.database.write() as connection:
        assert len(own_channels(connection, GUILD, schedule)) == 2
        take_all_away(connection, town.parts, GUILD, schedule)


def _is_blocked(town: Town) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with town.parts.database.write() as connection:
        return bool(connection.exec_driver_sql(waiting).scalar_one())
