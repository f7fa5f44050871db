"""One guild for which something of the background fails keeps it from nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.sqlite import BusyError
from domain.put_aside import Work
from domain.retries import FIRST_RETRY_MS, retry_after_ms
from domain.windows import DAY_MS, HOUR_MS, MINUTE_MS
from models.alerts.looks import last_evaluated
from models.incidents.store import not_told_over
from models.put_aside import count_guilds_failing
from services.aside.guilds import for_guilds
from services.incidents.telling import tell_of_ends
from services.notifications.preferences import put_preferences
from services.operations.health import health_report
from tests.parts import GUILD, NOW_MS
from tests.services.alerts.town import Town, open_town, raid
from tests.services.events import heartbeat

BAD, GOOD = GUILD, GUILD + 1


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, database_url, tmp_path)


def _set_zone(town: Town, zone: str) -> None:
    """Past the checks of the API, as a database does whose web has a newer list of zones."""
    quiet = {"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin"}
    put_preferences(town.parts, town.who, {"quiet_hours": quiet})
    _run(town, f"UPDATE alert_settings SET quiet_zone = '{zone}' WHERE guild_id = {BAD}")


def _run(town: Town, statement: str) -> None:
    with town.parts.database.write() as connection:
        connection.exec_driver_sql(statement)


def _aside(town: Town) -> dict[str, int]:
    with town.parts.database.read() as connection:
        return count_guilds_failing(connection)


def _fall_silent(town: Town) -> None:
    _set_zone(town, "Mars/Olympus_Mons")
    town.slack.clock = None  # it stands for the webhooks of both
    for guild_id in (BAD, GOOD):
        town.add_channel("slack", guild_id=guild_id)
        town.ingest(heartbeat(guild_id, town.clock()))


def test_alerts_of_the_others_are_told(town: Town) -> None:
    _fall_silent(town)
    town.pass_time(5 * MINUTE_MS, is_silent=True)
    assert len(town.said()) == 1
    with town.parts.database.read() as connection:
        assert last_evaluated(connection) == town.clock()
    assert _aside(town) == {"offline_alerts": 1}
    check = health_report(town.parts).checks["background"]
    assert check.message == "guilds put aside after errors: 1 offline_alerts"


def test_it_is_tried_again_and_then_told(town: Town) -> None:
    _fall_silent(town)
    town.pass_time(5 * MINUTE_MS, is_silent=True)
    _set_zone(town, "Europe/Berlin")
    town.pass_time(3 * MINUTE_MS, is_silent=True)
    assert len(town.said()) == 2
    assert _aside(town) == {}


def test_ends_of_the_others_incidents_are_told(town: Town) -> None:
    for guild_id in (BAD, GOOD):
        town.ingest(*raid(town.clock() - 30_000, 12, guild_id))
    town.parts.materialise()
    _run(town, f"UPDATE incidents SET ended_ms = -{10**16} WHERE guild_id = {BAD}")
    later_ms = NOW_MS + HOUR_MS
    assert tell_of_ends(town.parts.database, later_ms) == 1
    with town.parts.database.read() as connection:
        assert {row.guild_id for row in not_told_over(connection, later_ms)} == {BAD}
    assert _aside(town) == {"incident_ends": 1}


def test_who_failed_waits_longer_each_time_and_not_for_a_clock_that_was_ahead(town: Town) -> None:
    asked: list[int] = []

    def do(guild_ids: Sequence[int]) -> int:
        asked.extend(guild_ids)
        if BAD in guild_ids:
            raise ValueError(BAD)
        return len(guild_ids)

    def ask(now_ms: int) -> tuple[int, bool]:
        asked.clear()
        return for_guilds(
            town.parts.database, Work.ALERT_TIMES, (BAD, GOOD), now_ms, do
        ), BAD in asked

    assert ask(NOW_MS) == (1, True)
    assert ask(NOW_MS + 1) == (1, False)
    again_ms = NOW_MS + FIRST_RETRY_MS
    assert ask(again_ms) == (1, True)
    assert ask(again_ms + FIRST_RETRY_MS) == (1, False)
    assert ask(again_ms + retry_after_ms(2)) == (1, True)
    assert ask(NOW_MS - DAY_MS) == (1, True)


def test_a_database_that_is_away_is_nobodys_fault(town: Town) -> None:
    def do(guild_ids: Sequence[int]) -> int:
        raise BusyError

    with pytest.raises(BusyError):
        for_guilds(town.parts.database, Work.ALERT_TIMES, (BAD, GOOD), NOW_MS, do)
    assert _aside(town) == {}
