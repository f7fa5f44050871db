"""What is kept and for how long, what is erased, restored, counted."""

from __future__ import annotations

from sqlalchemy import text

from domain.alert_rules import CALM_AFTER_MS
from domain.windows import DAY_MS, HOUR_MS
from models.erasure.alerts import erase_address, erase_from_alerts
from models.erasure.rows import erase_member
from services.alerts.people import acknowledge_alert
from services.alerts.retention import alerts_over
from services.alerts.watch import standing
from services.deliveries.restored import cancel_restored
from services.operations.over import forget_over
from tests.parts import GUILD
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
