"""Runs of schedules: each entered once, made once, and closed as it ended."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from domain.clock import rfc3339
from domain.report_schedules import Cadence, MissedPolicy, WhenEmpty
from models.reports.schedules import plan_next
from services.reports.planning import plan_due
from tests.parts import GUILD, OTHER_GUILD
from tests.services.alerts.town import Town
from tests.services.events import violation
from tests.services.reports.press import DAY_MS, HOUR_MS, Press


def test_a_run_is_entered_made_sent_and_closed(town: Town) -> None:
    press = Press(town)
    schedule = press.add(town.add_channel("slack"))
    press.look()
    assert press.runs(schedule) == []
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    (run,) = press.runs(schedule)
    assert (run.state, run.reason, run.is_late) == ("sent", "sent", False)
    assert rfc3339(run.window.start_ms) == "2026-03-18T00:00:00.000Z"
    assert rfc3339(run.window.end_ms) == "2026-03-19T00:00:00.000Z"
    assert len(town.slack.accepted) == 1
    assert rfc3339(press.row(schedule).next_ms or 0) == "2026-03-20T08:00:00.000Z"
    for _ in range(3):
        press.turn()
    assert len(town.slack.accepted) == 1


@pytest.mark.parametrize(
    ("policy", "made", "late"),
    [(MissedPolicy.RUN_ONCE, 1, 1), (MissedPolicy.SKIP, 0, 0), (MissedPolicy.BACKFILL, 3, 3)],
)
def test_three_days_down(quick_town: Town, policy: MissedPolicy, made: int, late: int) -> None:
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"), policy=policy)
    press.at("2026-03-21T10:00:00Z")
    press.look()
    runs = press.runs(schedule)
    assert len(runs) == 3
    due = [run for run in runs if run.state == "due"]
    assert (len(due), sum(run.is_late for run in due)) == (made, late)
    assert {run.reason for run in runs if run.state == "skipped"} <= {"missed"}
    press.turns()
    assert press.states(schedule).count("sent") == made
    assert len(quick_town.slack.accepted) == made
    windows = [run.window for run in runs]
    assert all(window.end_ms - window.start_ms == DAY_MS for window in windows)
    assert len({window.start_ms for window in windows}) == 3


@pytest.mark.parametrize("policy", [MissedPolicy.SKIP, MissedPolicy.BACKFILL])
def test_a_few_minutes_are_no_lateness(quick_town: Town, policy: MissedPolicy) -> None:
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"), policy=policy)
    press.at("2026-03-19T08:14:00Z")
    press.turn()
    (run,) = press.runs(schedule)
    assert (run.state, run.is_late) == ("sent", False)


def test_three_years_down_are_a_month_of_entries(quick_town: Town) -> None:
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"), policy=MissedPolicy.BACKFILL)
    press.at("2029-03-19T10:00:00Z")
    assert press.look() == 31
    assert rfc3339(press.runs(schedule)[-1].window.nominal_ms) == "2029-03-19T08:00:00.000Z"


def test_eight_beats_at_once_enter_a_run_once(town: Town) -> None:
    press = Press(town)
    guilds = [GUILD, OTHER_GUILD, 900]
    schedules = {
        press.add(town.add_channel("slack", guild_id), guild_id=guild_id): guild_id
        for guild_id in guilds
        for _ in range(4)
    }
    press.at("2026-03-19T08:00:00Z")
    ready, entered = Barrier(8), []

    def look() -> None:
        ready.wait()
        entered.append(plan_due(town.parts))

    beats = [Thread(target=look) for _ in range(8)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()
    assert len(entered) == 8
    assert sum(entered) == len(schedules)
    for schedule, guild_id in schedules.items():
        assert press.states(schedule, guild_id) == ["due"]
    assert len(press.work()) == len(schedules)


def test_a_clock_that_was_ahead_costs_no_run(quick_town: Town) -> None:
    """It comes back: what was planned ahead and not made comes at its own time."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    press.at("2027-03-19T10:00:00Z")
    press.look()
    press.at("2026-03-18T10:30:00Z")
    press.look()
    assert press.runs(schedule) == []
    assert rfc3339(press.row(schedule).next_ms or 0) == "2026-03-19T08:00:00.000Z"
    press.make()  # what was asked for is gone
    press.at("2026-03-19T08:00:10Z")
    press.turn()
    assert press.states(schedule) == ["sent"]
    assert len(quick_town.slack.accepted) == 1


def test_a_clock_that_was_ahead_and_a_zone_that_is_gone_stop_nobody(quick_town: Town) -> None:
    press = Press(quick_town)
    channel = quick_town.add_channel("slack")
    bad, good = press.add(channel), press.add(channel)
    press.at("2027-03-19T10:00:00Z")
    press.look()
    _write_zone(quick_town, bad, "Mars/Olympus")
    press.at("2026-03-18T10:30:00Z")
    press.look()
    assert press.row(bad).why_not == "zone_unknown"
    press.at("2026-03-19T08:00:10Z")
    press.turns()
    assert press.states(good) == ["sent"]


@pytest.mark.parametrize("ahead", ["2026-03-22T10:00:00Z", "2027-03-19T10:00:00Z"])
def test_one_made_while_the_clock_was_ahead_comes_in_its_time(town: Town, ahead: str) -> None:
    press = Press(town)
    channel, now = town.add_channel("slack"), rfc3339(town.clock())
    press.at(ahead)
    schedule = press.add(channel)
    press.at(now)
    monthly = press.add(channel, cadence=Cadence.MONTHLY, day=18)
    press.look()
    assert rfc3339(press.row(schedule).next_ms or 0) == "2026-03-19T08:00:00.000Z"
    assert rfc3339(press.row(monthly).next_ms or 0) == "2026-04-18T08:00:00.000Z"


def test_new_rules_of_a_zone_cost_no_run(quick_town: Town) -> None:
    """They have its clock an hour ahead of what was planned by."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    row = press.row(schedule)
    with quick_town.parts.database.write() as connection:
        assert plan_next(connection, row, (row.next_ms or 0) + HOUR_MS)
    press.at("2026-03-19T09:00:10Z")
    press.turn()
    (run,) = press.runs(schedule)
    assert (run.state, run.is_late) == ("sent", True)
    assert rfc3339(run.window.nominal_ms) == "2026-03-19T08:00:00.000Z"
    assert rfc3339(press.row(schedule).next_ms or 0) == "2026-03-20T08:00:00.000Z"


def test_two_clocks_that_differ_send_a_report_once(quick_town: Town) -> None:
    """One host is an hour ahead of the other, and both look in turn."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    for _ in range(3):
        press.at("2026-03-19T08:30:00Z")
        press.turn()
        press.at("2026-03-19T07:30:00Z")
        press.turn()
    press.at("2026-03-19T08:31:00Z")
    press.turn()
    assert press.states(schedule) == ["sent"]
    assert len(quick_town.slack.accepted) == 1


def test_an_empty_time_is_said_or_left_out_as_chosen(quick_town: Town) -> None:
    press = Press(quick_town)
    channel = quick_town.add_channel("slack")
    said = press.add(channel)
    left_out = press.add(channel, when_empty=WhenEmpty.SKIP)
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert (press.states(said), press.states(left_out)) == (["sent"], ["empty"])
    assert len(quick_town.slack.accepted) == 1
    quick_town.ingest(violation(GUILD, quick_town.clock()))
    press.at("2026-03-20T08:00:00Z")
    press.turns()
    assert press.states(left_out) == ["empty", "sent"]


def test_an_unknown_zone_switches_one_off_and_holds_up_no_other(quick_town: Town) -> None:
    press = Press(quick_town)
    channel = quick_town.add_channel("slack")
    good = press.add(channel)
    bad = press.add(channel)
    _write_zone(quick_town, bad, "Mars/Olympus")
    press.at("2026-03-19T08:00:00Z")
    press.turns()
    assert press.states(good) == ["sent"]
    off = press.row(bad)
    assert (off.schedule.enabled, off.why_not, off.next_ms) == (False, "zone_unknown", None)
    assert quick_town.notified() == ["The report Morning is switched off"]


def test_what_is_no_longer_asked_for_by_anybody_is_asked_for_again(quick_town: Town) -> None:
    """As after a restore between the two, or where long work was emptied by hand."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    press.at("2026-03-19T08:00:00Z")
    press.look()
    with quick_town.parts.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM long_work")
    press.turn()
    assert press.states(schedule) == ["sent"]


def test_weekly_and_monthly_ones_have_their_windows(quick_town: Town) -> None:
    press = Press(quick_town)
    channel = quick_town.add_channel("slack")
    zone = "Europe/Berlin"
    weekly = press.add(channel, cadence=Cadence.WEEKLY, weekday=1, timezone=zone)
    monthly = press.add(channel, cadence=Cadence.MONTHLY, day=31, timezone=zone)
    press.at("2026-03-31T06:00:00Z")
    press.look()
    (week,), (month,) = press.runs(weekly)[-1:], press.runs(monthly)
    assert rfc3339(week.window.start_ms) == "2026-03-22T23:00:00.000Z"
    assert rfc3339(week.window.end_ms) == "2026-03-29T22:00:00.000Z", "the clock was put on"
    assert rfc3339(month.window.start_ms) == "2026-01-31T23:00:00.000Z"
    assert rfc3339(month.window.end_ms) == "2026-02-28T23:00:00.000Z"


def _write_zone(town: Town, schedule: object, zone: str) -> None:
    """What an update of the host's zones may leave behind."""
    with town.parts.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE report_schedules SET timezone = ? WHERE id = ?",
            (zone, str(schedule).replace("-", "")),
        )
