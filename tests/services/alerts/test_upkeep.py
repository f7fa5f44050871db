"""What is kept and for how long, what is erased, restored, counted."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import insert, select, text

from domain.alert_rules import CALM_AFTER_MS
from domain.decisions import GROUP_MS
from domain.windows import DAY_MS, HOUR_MS
from models.erasure.alerts import erase_address, erase_from_alerts
from models.erasure.rows import erase_member
from models.erasure.texts import erase_from_json, erase_from_words
from models.incidents.tables import IncidentNote
from services.alerts.people import acknowledge_alert
from services.alerts.retention import alerts_over
from services.alerts.watch import standing
from services.deliveries.restored import cancel_restored
from services.notifications.preferences import put_preferences
from services.operations.over import forget_over
from tests.counted import counted
from tests.parts import GUILD, NOW_MS, OTHER_GUILD
from tests.services.alerts.town import Town, raid


def _begin_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()


def test_what_is_over_is_deleted_and_what_is_open_stays(town: Town) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    town.sweep()
    forget_over(town.parts.database, *alerts_over(town.clock() + DAY_MS))
    assert len(town.alerts()) == 1
    assert len(town.deliveries()) == 1  # its end will need it
    town.pass_time(CALM_AFTER_MS)
    forget_over(town.parts.database, *alerts_over(town.clock() + DAY_MS))
    assert (town.alerts(), town.deliveries(), town.notified()) == ([], [], [])


def test_a_person_is_taken_out_of_alerts_and_trails(town: Town) -> None:
    _begin_raid(town)
    alert = acknowledge_alert(town.parts, town.who, town.alert().id, None)
    with town.parts.database.write() as connection:
        erase_member(connection, GUILD, 41, -7)
    assert town.again(alert).acknowledged_by == "user:-7"
    with town.parts.database.read() as connection:
        for table in ("alert_trail", "notifications"):
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            assert ("user:41" in rows, "user:-7" in rows) == (False, True)


def test_another_whose_digits_contain_the_id_stays_as_they_are(town: Town) -> None:
    """What they changed is counted, and told as theirs when the group ends."""
    other = type(town.who)(GUILD, 34_180, town.who.role)
    for until_ms in (town.clock() + HOUR_MS, None):
        put_preferences(town.parts, other, {"muted_until": until_ms})
    with town.parts.database.write() as connection:
        erase_from_alerts(connection, GUILD, 418, -7)
    town.pass_time(2 * GROUP_MS)
    with town.parts.database.read() as connection:
        by = connection.scalars(text("SELECT by FROM notifications")).all()
    assert by == ["user:34180"] * 2


def test_a_person_is_taken_out_of_words_as_a_whole_number(town: Town) -> None:
    with town.parts.database.write() as connection:
        for guild_id, erase, words in (
            (GUILD, erase_from_words, "41 and <@41>, not 410"),
            (OTHER_GUILD, erase_from_json, '{"by":"user:41","count":41,"of":["3418"]}'),
        ):
            about = {"incident_id": uuid4(), "id": uuid4(), "at_ms": NOW_MS, "by": "user:7"}
            note = {"guild_id": guild_id, "text": words, **about}
            connection.execute(insert(IncidentNote), [note])
            erase(connection, guild_id, IncidentNote.text, 41, -7)
        notes = set(connection.scalars(select(IncidentNote.text)))
    assert notes == {"-7 and <@-7>, not 410", '{"by":"user:-7","count":41,"of":["3418"]}'}


def test_an_address_is_taken_out_of_what_was_sent(town: Town) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    with town.parts.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET target = 'Me@example.org'"))
        assert erase_address(connection, GUILD, "me@example.org") == 1
        erase_from_alerts(connection, GUILD, 41, -7)
    assert "example.org" not in str(town.deliveries())


def test_after_a_restore_what_waited_long_is_cancelled_by_name(town: Town) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    town.clock.advance(HOUR_MS + 1)
    _begin_raid(town)
    with town.parts.database.write() as connection:
        assert cancel_restored(connection, town.clock()) == 1
    assert town.states()[0] == "firing cancelled restored"


def test_what_those_who_watch_see(town: Town) -> None:
    town.add_channel("slack", state="broken")
    _begin_raid(town)
    town.sweep()
    now = standing(town.parts.database, town.clock())
    assert (now.open_alerts, now.broken_channels, now.overdue_ms) == (1, 1, 0)
    assert now.evaluated_ms == town.clock()
    assert not now.is_late(town.clock() + 120_000)
    assert now.is_late(town.clock() + 120_001)
    assert counted("alerts_open", event_type="mass_violations") == 1
    assert counted("channels_broken") == 1
    assert counted("alerts_last_evaluation_timestamp_seconds") == town.clock() / 1000


def test_what_servers_use_is_told_and_ends_with_the_day(town: Town) -> None:
    ours, most = "usage_today", "usage_today_most"
    town.ingest(*raid(town.clock() - 30_000), *raid(town.clock() - 30_000, 4, OTHER_GUILD))
    town.sweep()
    assert (counted(ours, of="events"), counted(most, of="events")) == (14, 10)
    assert counted(ours, of="bytes") > counted(most, of="bytes") > 0
    assert counted("bots_heard") == 2
    town.clock.advance(DAY_MS)
    town.sweep()
    assert (counted(ours, of="events"), counted(most, of="bytes")) == (0, 0)
