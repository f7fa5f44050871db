"""What does not come to its end as planned, and what people are told of it."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from uuid import UUID

from sqlalchemy import text, update

from domain.long_work import RETRY_MS
from models.channels.store import add_unsubscribed
from models.reports.occurrences import runs_ended
from models.reports.schedules import forget_deleted
from models.reports.tables import ReportSchedule
from services.deliveries.views import address_hash
from services.members.erasure import erase
from services.operations.over import forget_over
from services.reports.entering import BUILD
from services.reports.making import make
from services.work.kinds import long_worker
from services.work.lease import Lease
from tests.counted import counted
from tests.discord.exchange import text_answer
from tests.parts import GUILD, OTHER_GUILD
from tests.services.alerts.town import Town
from tests.services.events import violation
from tests.services.reports.press import DAY_MS, Press

FAILED = "The report Morning failed"


def refuse(town: Town) -> None:
    """The webhook's receiver is broken in a way that is no fault of the channel."""
    town.hook.judge = lambda request: text_answer("no such hook", 400)  # type: ignore[method-assign]


def take(town: Town) -> None:
    town.hook.judge = lambda request: text_answer("", 200)  # type: ignore[method-assign]


def test_people_are_told_once_a_streak(quick_town: Town) -> None:
    """Three failures are one notification; the one after a success is another."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("webhook", threshold="critical"))
    refuse(quick_town)
    for day in (19, 20, 21):
        press.at(f"2026-03-{day}T08:00:00Z")
        press.turn()
    assert press.states(schedule) == ["failed"] * 3
    assert press.row(schedule).failing
    assert quick_town.notified() == [FAILED]
    take(quick_town)
    press.at("2026-03-22T08:00:00Z")
    press.turn()
    assert not press.row(schedule).failing
    refuse(quick_town)
    press.at("2026-03-23T08:00:00Z")
    press.turn()
    assert press.states(schedule)[3:] == ["sent", "failed"]
    assert quick_town.notified() == [FAILED, FAILED]


def test_some_targets_have_it_and_others_do_not(town: Town) -> None:
    press = Press(town)
    schedule = press.add(town.add_channel("slack"), town.add_channel("webhook"))
    refuse(town)
    before = counted("reports_total", outcome="partly")
    press.at("2026-03-19T08:00:00Z")
    press.turns()
    assert press.states(schedule) == ["partly"]
    assert counted("reports_total", outcome="partly") == before + 1
    reports = [row for row in town.deliveries() if row.kind == "report"]
    ends = {(row.channel_kind, row.state, row.reason) for row in reports}
    assert ends == {("slack", "sent", "sent"), ("webhook", "dead", "http_400")}


def test_a_channel_that_is_gone_is_shown_as_such(quick_town: Town) -> None:
    press = Press(quick_town)
    channel = quick_town.add_channel("slack")
    schedule = press.add(channel)
    with quick_town.parts.database.write() as connection:
        connection.execute(text("DELETE FROM channels"))
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert press.states(schedule) == ["failed"]
    (delivery,) = quick_town.deliveries()
    assert (delivery.channel_id, delivery.state, delivery.reason) == (
        channel,
        "cancelled",
        "channel_off",
    )


def test_a_report_that_cannot_be_made_is_tried_and_then_given_up(quick_town: Town) -> None:
    """Its views are of a later release: whatever is wrong, others are made all the same."""
    press = Press(quick_town)
    bad = press.add(quick_town.add_channel("slack"))
    good = press.add(quick_town.add_channel("slack", OTHER_GUILD), guild_id=OTHER_GUILD)
    _spoil(quick_town, bad)
    press.at("2026-03-19T08:00:00Z")
    press.look()
    for wait_ms in (0, *RETRY_MS):
        quick_town.clock.advance(wait_ms)
        press.make()
    assert press.states(bad) == ["failed"]
    (run,) = press.runs(bad)
    assert run.reason == "not_made"
    assert press.runs(good, OTHER_GUILD)[0].state == "built"
    assert quick_town.notified() == [FAILED]
    press.look()
    assert quick_town.notified() == [FAILED]


def test_one_that_ends_every_process_is_given_up(quick_town: Town) -> None:
    """Killed three times in the middle, as by the memory running out."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    press.at("2026-03-19T08:00:00Z")
    press.look()
    with quick_town.parts.database.write() as connection:
        gone = "UPDATE long_work SET state = 'running', attempts = 3, claimed_until_ms = 1"
        connection.execute(text(gone))
    press.make()
    assert press.work()[0][0] == "failed"
    assert press.states(schedule) == ["due"]
    press.look()
    assert press.states(schedule) == ["failed"]
    assert quick_town.notified() == [FAILED]


def test_whoever_wants_no_more_is_no_failure(quick_town: Town) -> None:
    press = Press(quick_town)
    slack, hook = quick_town.add_channel("slack"), quick_town.add_channel("webhook")
    schedule = press.add(slack, hook)
    _unsubscribe(quick_town, slack)
    take(quick_town)
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert press.states(schedule) == ["sent"]
    assert quick_town.slack.accepted == []


def test_mutes_and_thresholds_do_not_hold_a_report(quick_town: Town) -> None:
    """Somebody chose its time; a channel for raids alone carries it if it was chosen."""
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack", threshold="critical", events=frozenset()))
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    assert press.states(schedule) == ["sent"]


def test_alerts_are_not_told_to_what_belongs_to_a_report(quick_town: Town) -> None:
    press = Press(quick_town)
    schedule = press.add()
    quick_town.add_channel("slack", schedule_id=schedule)
    quick_town.ingest(violation(GUILD, quick_town.clock()))
    quick_town.sweep()
    assert quick_town.deliveries() == []


def test_erasing_a_member_takes_what_was_made_and_not_sent(town: Town) -> None:
    press = Press(town)
    schedule = press.add(town.add_channel("slack"))
    town.ingest(violation(GUILD, town.clock(), user_id=41_000))
    press.at("2026-03-19T08:00:00Z")
    press.look()
    press.make()
    erase(town.parts, town.who, 41_000)
    press.turn()
    assert press.states(schedule) == ["failed"]
    (delivery,) = [row for row in town.deliveries("slack") if row.kind == "report"]
    assert (delivery.state, delivery.reason) == ("cancelled", "erased")
    assert all(
        "report" not in body["text"] or FAILED in body["text"] for body in town.slack.accepted
    )


def test_one_erased_while_it_is_made_is_made_again(quick_town: Town) -> None:
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    quick_town.ingest(violation(GUILD, quick_town.clock(), user_id=41_000))
    press.at("2026-03-19T08:00:00Z")
    press.look()
    parts = quick_town.parts
    checks: list[int] = []

    class Erasing(Lease):
        """Its checks come before a report is made, and again before it is written."""

        def check(self) -> None:
            checks.append(len(checks))
            if len(checks) == 3:  # the first is before its file is asked for
                erase(parts, quick_town.who, 41_000)

    def build(lease: Lease) -> None:
        make(parts, Erasing(lease.piece, lease.stop))

    worker = long_worker(parts, Event())
    replace(worker, handlers={**worker.handlers, BUILD: build}).run_due()
    assert len(checks) > 4, "it was made twice"
    assert press.states(schedule) == ["built"]


def test_what_was_due_before_a_restore_is_left_out(town: Town) -> None:
    """It may have been sent after the backup; what was due within the hour is made."""
    press = Press(town)
    channel = town.add_channel("slack")
    old, fresh, later = [press.add(channel, hour=hour) for hour in (8, 11, 13)]
    press.at("2026-03-19T11:30:00Z")
    incarnation = town.parts.incarnation
    incarnation.renew(incarnation.name())  # as when Redis turns out to know more
    press.turns()
    assert [run.reason for run in press.runs(old)] == ["restored"]
    # Of yesterday 11:00 nobody knows either.
    assert press.states(fresh) == ["skipped", "sent"]
    assert [run.reason for run in press.runs(later)] == ["restored"]
    assert len(town.slack.accepted) == 1


def test_runs_and_deleted_schedules_go_with_time(quick_town: Town) -> None:
    press = Press(quick_town)
    schedule = press.add(quick_town.add_channel("slack"))
    press.at("2026-03-19T08:00:00Z")
    press.turn()
    ended_ms = quick_town.clock()
    press.at("2026-03-20T08:00:00Z")
    press.look()
    database = quick_town.parts.database
    assert forget_over(database, runs_ended(ended_ms)) == 0
    assert forget_over(database, runs_ended(ended_ms + DAY_MS)) == 1, "not the one that is due"
    with database.write() as connection:
        gone = update(ReportSchedule).values(deleted_ms=ended_ms, enabled=False)
        connection.execute(gone)
        forget_deleted(connection)
    assert press.states(schedule) == ["due"]
    press.make()
    assert press.states(schedule) == ["skipped"], "deleted meanwhile"
    forget_over(database, runs_ended(ended_ms + 3 * DAY_MS))
    with database.write() as connection:
        forget_deleted(connection)
        assert list(connection.execute(text("SELECT * FROM report_schedules"))) == []


def _spoil(town: Town, schedule: UUID) -> None:
    with town.parts.database.write() as connection:
        change = update(ReportSchedule).where(ReportSchedule.id == schedule)
        connection.execute(change.values(export_types='[{"a later": "release"}]'))


def _unsubscribe(town: Town, channel: UUID) -> None:
    with town.parts.database.write() as connection:
        add_unsubscribed(connection, GUILD, channel, address_hash(""), town.clock())
