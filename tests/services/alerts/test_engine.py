"""One delivery: retries, doubt, broken channels, bundles, order, and retrying by hand."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.alert_rules import CALM_AFTER_MS, EventType
from domain.attempts import Attempt, Outcome
from domain.delivery_life import LEASE_MS
from domain.messages import MessageKind, Priority
from domain.windows import MINUTE_MS
from models.channels.store import channel_of
from models.deliveries.marks import mark_sending
from models.guilds.guild import lock_guilds
from services.alerts.people import acknowledge_alert
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver, take_over
from services.deliveries.people import MayRepeatError, NotRetryableError, retry_delivery
from services.deliveries.settling import settle
from services.notifications.telling import Notice, tell
from tests.counted import counted
from tests.discord.exchange import HANG_UP, text_answer
from tests.parts import GUILD
from tests.servers.providers.slack import SECOND_MS
from tests.services.alerts.sending import send
from tests.services.alerts.town import Town, raid


def _begin_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()


def test_a_provider_that_is_away_gets_all_in_order_when_it_is_back(town: Town) -> None:
    town.add_channel("pagerduty")
    town.pager.go_away()
    _begin_raid(town)
    deliver(town.parts)
    (row,) = town.deliveries()
    assert (row.state, row.attempts, row.failures) == ("retrying", 1, 1)
    acknowledge_alert(town.parts, town.who, town.alert().id, 1)
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    assert town.paged() == []
    town.pager.come_back()
    town.pass_time(30 * MINUTE_MS, 5 * MINUTE_MS)
    assert town.paged() == ["trigger", "acknowledge", "resolve"]
    assert set(town.pager.incidents.values()) == {"resolved"}


def test_a_blind_provider_that_hangs_up_is_not_asked_twice(town: Town) -> None:
    town.add_channel("slack", in_doubt="report")
    town.slack.plan(HANG_UP)
    _begin_raid(town)
    deliver(town.parts)
    town.pass_time(CALM_AFTER_MS - MINUTE_MS)
    assert town.deliveries()[0].state == "unknown"
    assert len(town.slack.requests) == 1
    # It may have arrived: so its end is told.
    town.pass_time(2 * MINUTE_MS)
    assert town.states("slack")[1] == "resolved sent sent"


def test_what_is_critical_is_sent_once_more_and_says_so(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    town.slack.plan(HANG_UP)
    _begin_raid(town)
    deliver(town.parts)
    town.pass_time(MINUTE_MS)
    assert len(town.slack.requests) == 2
    assert town.deliveries()[0].is_repeat
    assert "may" in str(town.slack.accepted[0])


def test_a_keyed_provider_gets_the_same_key_again(town: Town) -> None:
    town.add_channel("pagerduty")
    town.pager.plan(HANG_UP, text_answer("", 502))
    _begin_raid(town)
    deliver(town.parts)
    town.pass_time(2 * MINUTE_MS)
    assert len(town.pager.requests) == 3
    assert len(town.pager.opened) == 1


def test_who_asks_us_to_wait_is_left_alone(town: Town) -> None:
    id = town.add_channel("pagerduty")
    answer = text_answer("slow down", 429)
    town.pager.plan(replace(answer, headers=dict(answer.headers) | {"Retry-After": "120"}))
    _begin_raid(town)
    deliver(town.parts)
    with town.parts.database.read() as connection:
        channel = channel_of(connection, GUILD, id)
    assert channel is not None
    assert channel.blocked_until_ms == town.clock() + 120_000
    town.pass_time(2 * MINUTE_MS - 30_000)
    assert len(town.pager.requests) == 1
    town.pass_time(MINUTE_MS)
    assert town.paged() == ["trigger"]


def test_a_broken_channel_is_told_to_the_others_and_blocks_none(town: Town) -> None:
    town.add_channel("slack")
    town.add_channel("pagerduty")
    town.slack.plan(text_answer("no_service", 404))
    _begin_raid(town)
    before = _counts()
    deliver(town.parts)
    assert [now - then for now, then in zip(_counts(), before, strict=True)] == [1, 2, 1, 2]
    found = set(town.states("slack"))
    assert found == {"firing dead no_service", "notification skipped channel_broken"}
    assert town.paged() == ["trigger", "trigger"]  # the raid, and the channel
    assert "The channel slack does not work" in town.notified()
    town.pass_time(CALM_AFTER_MS)
    assert "resolved skipped channel_broken" in town.states("slack")
    assert len(town.slack.requests) == 1


def _counts() -> list[float]:
    """For `/metrics`: attempts by their end, and those whose time was taken."""
    ends = {"slack": "dead", "pagerduty": "sent"}
    found = [counted("deliveries_total", kind=kind, outcome=end) for kind, end in ends.items()]
    return [*found, *(counted("delivery_seconds_count", kind=kind) for kind in ends)]


def test_slack_takes_a_message_a_second_and_says_when_to_come_back(town: Town) -> None:
    """Two channels have one webhook, so that neither knows of what the other sends."""
    for _ in range(2):
        town.add_channel("slack")
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert (len(town.said()), town.slack.refused) == (1, 1)
    town.clock.advance(SECOND_MS - 1)
    deliver(town.parts)
    assert (len(town.said()), town.slack.refused) == (1, 1)
    town.clock.advance(1)
    deliver(town.parts)
    assert (len(town.said()), town.slack.refused) == (2, 1)
    assert sorted((row.state, row.attempts) for row in town.deliveries()) == [
        ("sent", 1),
        ("sent", 2),
    ]


def test_more_than_five_waiting_for_people_become_one(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    town.slack.go_away()
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        notices = [
            Notice(
                guild_id=GUILD,
                kind=MessageKind.NOTIFICATION,
                event_type=EventType.EXPORT_READY,
                priority=Priority.HIGH,
                dedup_key=f"export:{number}",
                title=f"Export {number}",
                message="",
            )
            for number in range(8)
        ]
        assert tell(connection, town.parts.secrets, guilds, notices, town.clock()) == 8
        assert tell(connection, town.parts.secrets, guilds, notices, town.clock()) == 0
    town.slack.come_back()
    deliver(town.parts)
    assert len(town.said()) == 1
    assert town.states("slack").count("notification digested bundled") == 8


def test_a_message_leads_to_what_its_notice_leads_to(quick_town: Town) -> None:
    town = quick_town
    town.add_channel("slack")
    notice = Notice(
        guild_id=GUILD,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.EXPORT_READY,
        priority=Priority.HIGH,
        dedup_key="export:1",
        title="Export ready",
        message="",
        link="#export/1",
    )
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        tell(connection, town.parts.secrets, guilds, [notice], town.clock())
    deliver(town.parts)
    assert f"/?guild={GUILD}#export/1|" in str(town.slack.accepted[0]["blocks"])


def test_a_worker_killed_before_the_second_mark_has_surely_sent_nothing(town: Town) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    assert len(claim_due(town.parts, uuid4(), 10)) == 1
    town.clock.advance(LEASE_MS)
    assert take_over(town.parts) == 1
    assert town.deliveries()[0].state == "queued"
    deliver(town.parts)
    assert len(town.said()) == 1


def test_a_worker_killed_after_it_leaves_a_doubt(town: Town) -> None:
    town.add_channel("slack", in_doubt="report")
    town.add_channel("pagerduty")
    _begin_raid(town)
    claim = uuid4()
    jobs = claim_due(town.parts, claim, 10)
    for job in jobs:
        with town.parts.database.write() as connection:
            until_ms = town.clock() + LEASE_MS
            assert mark_sending(connection, job.row, claim, town.clock(), until_ms)
    town.clock.advance(LEASE_MS)
    assert take_over(town.parts) == 2
    assert town.states("slack") == ["firing unknown worker_lost"]
    assert town.states("pagerduty") == ["firing retrying worker_lost"]
    town.pass_time(MINUTE_MS)
    assert (len(town.said()), town.paged()) == (0, ["trigger"])


def test_a_slow_worker_that_lost_its_lease_changes_no_row(town: Town) -> None:
    town.add_channel("slack")
    _begin_raid(town)
    slow = uuid4()
    (job,) = claim_due(town.parts, slow, 10)
    town.clock.advance(LEASE_MS)
    take_over(town.parts)
    quick = uuid4()
    (again,) = claim_due(town.parts, quick, 10)
    send(town.parts, again, quick)
    before = town.deliveries()
    send(town.parts, job, slow)

    assert not settle(town.parts, job, slow, Attempt(outcome=Outcome.DEAD, reason="late"))
    assert town.deliveries() == before
    assert len(town.slack.requests) == 1


def test_the_unknown_is_retried_only_by_one_who_says_that_twice_is_fine(town: Town) -> None:
    town.add_channel("slack", in_doubt="report")
    town.slack.plan(HANG_UP)
    _begin_raid(town)
    deliver(town.parts)
    (row,) = town.deliveries()
    with pytest.raises(MayRepeatError):
        retry_delivery(town.parts, town.who, row.id, may_repeat=False)
    retry_delivery(town.parts, town.who, row.id, may_repeat=True)
    deliver(town.parts)
    assert town.deliveries()[0].state == "sent"
    with pytest.raises(NotRetryableError):
        retry_delivery(town.parts, town.who, row.id, may_repeat=True)
