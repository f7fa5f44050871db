"""A channel that is taken away while an alert fires."""

from __future__ import annotations

from services.channels.changes import remove_channel
from tests.services.alerts.town import Town, raid


def test_the_pager_is_resolved_and_what_waits_is_cancelled_by_name(town: Town) -> None:
    pager, slack = town.add_channel("pagerduty"), town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert set(town.pager.incidents.values()) == {"triggered"}
    town.slack.go_away()
    town.pass_time(10 * 60_000)
    town.slack.come_back()
    assert [row.state for row in town.deliveries("slack")] == ["sent", "retrying"]
    assert remove_channel(town.parts, town.who, slack)
    assert town.states("slack") == ["firing sent sent", "resolved cancelled channel_off"]
    assert len(town.said()) == 1
    assert set(town.pager.incidents.values()) == {"resolved"}
    assert remove_channel(town.parts, town.who, pager)
    assert town.paged() == ["trigger", "resolve"]


def test_an_incident_that_is_open_is_resolved_before_its_channel_is_gone(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.add_channel("webhook")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert set(town.pager.incidents.values()) == {"triggered"}
    assert remove_channel(town.parts, town.who, pager)
    assert set(town.pager.incidents.values()) == {"resolved"}
    assert not remove_channel(town.parts, town.who, pager)
    town.pass_time(10 * 60_000)
    assert town.paged() == ["trigger", "resolve"]
    assert town.alert().state == "resolved"


def test_what_never_arrived_is_not_resolved(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.pager.go_away()
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    town.pager.come_back()
    assert remove_channel(town.parts, town.who, pager)
    assert town.paged() == []
    assert town.states() == ["firing cancelled channel_off"]
