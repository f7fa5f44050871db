"""From a raid to the pager and back, and what a raid found late does not do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from domain.alert_rules import CALM_AFTER_MS
from domain.windows import HOUR_MS, MINUTE_MS
from tests.parts import NOW_MS
from tests.services.alerts.town import Town, raid


def test_a_raid_is_told_and_so_is_its_end(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    alert = town.alert()
    assert (alert.event_type, alert.state, alert.value) == ("mass_violations", "firing", 10)
    assert town.paged() == ["trigger"]
    assert len(town.said()) == 1
    town.pass_time(CALM_AFTER_MS)
    assert town.again(alert).state == "resolved"
    assert town.paged() == ["trigger", "resolve"]
    assert town.states("slack") == ["firing sent sent", "resolved sent sent"]
    assert town.notified() == ["10 violations within moments", "The violations have stopped"]
    assert [event["state"] for event in town.live_events("alert")] == ["firing", "resolved"]
    assert set(town.pager.incidents.values()) == {"resolved"}


def test_evaluating_again_tells_nothing_again(town: Town) -> None:
    """As after a crash between the alert's commit and the end of the claim."""
    town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    town.ingest(*raid(town.clock() - 20_000, 3))
    town.sweep()
    assert len(town.alerts()) == 1
    assert len(town.said()) == 1


def test_ingest_asks_nothing_of_alerts(quick_town: Town) -> None:
    """They are evaluated with the snapshots and in the sweep: no bot waits for that."""
    town = quick_town
    said: list[str] = []
    town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engine = town.parts.database.engine
    event.listen(engine, "before_cursor_execute", note)
    town.ingest(*raid(town.clock() - 20_000))
    event.remove(engine, "before_cursor_execute", note)
    assert len(said) > 3
    tables = ("alert", "notifications", "deliveries", "channels ", "unsubscribed", "listening")
    assert [text for text in said if any(name in text for name in tables)] == []


def test_a_raid_found_late_is_told_once_and_pages_nobody(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    late = raid(town.clock() - 3 * HOUR_MS)
    town.ingest(*late[:9])
    town.sweep()
    assert town.alerts() == []
    town.ingest(late[9])
    town.sweep()
    alert = town.alert()
    assert (alert.state, alert.closed_reason) == ("resolved", "found_afterwards")
    town.ingest(*raid(town.clock() - 3 * HOUR_MS + 5_000, 2))
    town.sweep()
    assert town.notified() == ["Found afterwards: 10 violations within moments"]
    assert town.paged() == []
    assert len(town.said()) == 1
    assert town.states("pagerduty") == ["notification skipped event_not_on_channel"]


def test_what_is_imported_tells_nobody(town: Town) -> None:
    town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000), live=False)
    town.ingest(*raid(town.clock() - 3 * HOUR_MS), live=False)
    town.sweep()
    assert (town.alerts(), town.notified()) == ([], [])


def test_an_import_beside_a_live_bot_tells_nobody(town: Town) -> None:
    town.ingest(*raid(town.clock() - 3 * HOUR_MS), live=False)
    town.ingest(*raid(town.clock() - 30_000, 2))
    town.sweep()
    assert town.notified() == []


def test_a_raid_that_goes_on_is_one_alert(town: Town) -> None:
    for _ in range(6):
        town.ingest(*raid(town.clock() - 30_000))
        town.pass_time(MINUTE_MS)
    assert len(town.alerts()) == 1
    assert town.alert().state == "firing"
    assert town.clock() == NOW_MS + 6 * MINUTE_MS
