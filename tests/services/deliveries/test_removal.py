"""A channel that is taken away while an alert fires."""

from __future__ import annotations

from uuid import UUID

import pytest

from adapters.channels.registry import CHANNELS
from domain.delivery_life import FINAL, LEASE_MS, SENT_WITHIN_MS
from domain.windows import HOUR_MS, MINUTE_MS
from models.channels.store import channels_of, every_channel_of
from services.channels.changes import NoChannelError, change_channel, remove_channel
from services.deliveries.claiming import claim_due
from services.deliveries.engine import deliver
from services.deliveries.people import NotRetryableError, retry_delivery
from services.deliveries.views import last_words
from tests.discord.exchange import Answer, text_answer
from tests.parts import GUILD
from tests.servers.providers.provider import body_of
from tests.services.alerts.sending import send
from tests.services.alerts.town import Town, raid

CLAIM = UUID(int=11)


def is_stored(town: Town, id: UUID) -> bool:
    """Its row, with its secrets, is there; whoever looks at channels sees it or not."""
    with town.parts.database.read() as connection:
        stored = every_channel_of(connection, [GUILD], with_leaving=True)
    return id in {row.id for row in stored}


def shown(town: Town) -> set[UUID]:
    with town.parts.database.read() as connection:
        return {row.id for row in channels_of(connection, [GUILD])}


def begin_a_raid(town: Town) -> None:
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()


def remove(town: Town, id: UUID) -> None:
    assert remove_channel(town.parts, town.who, id)


def test_the_pager_is_resolved_and_what_waits_is_cancelled_by_name(town: Town) -> None:
    pager, slack = town.add_channel("pagerduty"), town.add_channel("slack")
    begin_a_raid(town)
    assert set(town.pager.incidents.values()) == {"triggered"}
    town.slack.go_away()
    town.pass_time(10 * 60_000)
    town.slack.come_back()
    assert [row.state for row in town.deliveries("slack")] == ["sent", "retrying"]
    remove(town, slack)
    assert town.states("slack") == ["firing sent sent", "resolved cancelled channel_off"]
    assert not is_stored(town, slack)
    assert len(town.said()) == 1
    assert set(town.pager.incidents.values()) == {"resolved"}
    remove(town, pager)
    assert not is_stored(town, pager)
    deliver(town.parts)
    assert town.paged() == ["trigger", "resolve"]


def test_an_incident_that_is_open_is_resolved_before_its_channel_is_gone(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.add_channel("webhook")
    begin_a_raid(town)
    assert set(town.pager.incidents.values()) == {"triggered"}
    remove(town, pager)
    assert pager not in shown(town)
    assert town.paged() == ["trigger"], "nothing is asked of the provider while a person waits"
    deliver(town.parts)
    assert set(town.pager.incidents.values()) == {"resolved"}
    assert not is_stored(town, pager)
    assert not remove_channel(town.parts, town.who, pager)
    town.pass_time(10 * 60_000)
    assert town.paged() == ["trigger", "resolve"]
    assert town.alert().state == "resolved"


def test_the_end_is_tried_until_its_provider_is_back(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    begin_a_raid(town)
    town.pager.go_away()
    remove(town, pager)
    for _ in range(4):
        town.clock.advance(3 * MINUTE_MS)
        deliver(town.parts)
    assert is_stored(town, pager)
    assert shown(town) == set()
    with pytest.raises(NoChannelError):
        change_channel(town.parts, town.who, pager, {"enabled": False})
    town.pager.come_back()
    town.clock.advance(HOUR_MS)
    deliver(town.parts)
    assert set(town.pager.incidents.values()) == {"resolved"}
    assert not is_stored(town, pager)


def test_a_program_is_told_that_it_hears_no_more_of_it(town: Town) -> None:
    hook = town.add_channel("webhook")
    town.hook.plan(Answer(200), Answer(503), Answer(200))
    begin_a_raid(town)
    remove(town, hook)
    deliver(town.parts)
    town.clock.advance(MINUTE_MS)
    deliver(town.parts)
    first, refused, last = map(body_of, town.hook.requests)
    assert refused == last
    assert [first["type"], last["type"]] == ["alert.firing", "alert.resolved"]
    assert last["data"]["story"] == first["data"]["story"]
    assert last["data"]["title"] == "No longer told here"
    assert not is_stored(town, hook)


def test_a_channel_that_is_off_says_its_ends_and_takes_nothing_new(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    begin_a_raid(town)
    change_channel(town.parts, town.who, pager, {"enabled": False})
    town.pager.go_away()
    remove(town, pager)
    town.pass_time(16 * MINUTE_MS, MINUTE_MS)
    begin_a_raid(town)
    assert len(town.alerts()) == 2
    town.pager.come_back()
    town.pass_time(HOUR_MS, 5 * MINUTE_MS)
    assert town.paged() == ["trigger", "resolve"]
    assert not is_stored(town, pager)


def test_an_end_that_waits_for_its_retry_is_not_given_up(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    begin_a_raid(town)
    town.pager.go_away()
    town.pass_time(10 * MINUTE_MS, MINUTE_MS)
    assert town.alert().state == "resolved"
    remove(town, pager)
    town.pager.come_back()
    town.pass_time(HOUR_MS, 5 * MINUTE_MS)
    assert set(town.pager.incidents.values()) == {"resolved"}
    assert not is_stored(town, pager)


def test_what_never_arrived_is_not_resolved(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.pager.go_away()
    begin_a_raid(town)
    town.pager.come_back()
    remove(town, pager)
    deliver(town.parts)
    assert town.paged() == []
    assert town.states() == ["firing cancelled channel_off"]
    assert not is_stored(town, pager)


def test_a_beginning_on_its_way_is_ended_once_it_has_arrived(town: Town) -> None:
    pager = town.add_channel("pagerduty")
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    (job,) = claim_due(town.parts, CLAIM, 4)
    remove(town, pager)
    send(town.parts, job, CLAIM)
    deliver(town.parts)
    assert town.paged() == ["trigger", "resolve"]
    assert not is_stored(town, pager)


@pytest.mark.parametrize("kind", ["pagerduty", "slack"])
def test_one_whose_worker_died_before_it_was_sent_is_neither_begun_nor_ended(
    town: Town, kind: str
) -> None:
    id = town.add_channel(kind)
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    assert len(claim_due(town.parts, CLAIM, 4)) == 1
    remove(town, id)
    town.clock.advance(2 * LEASE_MS)
    for _ in range(2):  # what comes behind it in its story is decided when it is over
        deliver(town.parts)
    assert town.providers[kind].accepted == []
    assert {row.state for row in town.deliveries(kind)} <= {"cancelled", "skipped"}
    assert not is_stored(town, id)


@pytest.mark.parametrize(
    ("answer", "end"),
    [(text_answer("not now", 503), "cancelled"), (text_answer("no_service", 404), "dead")],
)
def test_what_is_on_its_way_to_people_comes_to_an_end(town: Town, answer: Answer, end: str) -> None:
    slack = town.add_channel("slack")
    town.add_channel("webhook")
    town.ingest(*raid(town.clock() - 30_000))
    town.parts.materialise()
    jobs = claim_due(town.parts, CLAIM, 4)
    remove(town, slack)
    town.slack.plan(answer)
    for job in jobs:
        send(town.parts, job, CLAIM)
    town.clock.advance(HOUR_MS)
    deliver(town.parts)
    assert [row.state for row in town.deliveries("slack")] == [end]
    assert {row.state for row in town.deliveries()} <= FINAL
    assert not any(row.event_type == "channel_failed" for row in town.deliveries())
    assert not is_stored(town, slack)


def test_after_a_day_it_goes_whatever_is_left(quick_town: Town) -> None:
    town = quick_town
    pager = town.add_channel("pagerduty")
    begin_a_raid(town)
    town.pager.plan(*[text_answer("later", 429)] * 3)
    remove(town, pager)
    deliver(town.parts)
    assert is_stored(town, pager)
    with town.parts.database.write() as connection:
        (row,) = every_channel_of(connection, [GUILD], with_leaving=True)
        assert row.leaving_ms == town.clock()
    town.clock.advance(SENT_WITHIN_MS + MINUTE_MS)
    town.pager.go_away()
    deliver(town.parts)
    assert not is_stored(town, pager)
    assert {row.state for row in town.deliveries()} <= FINAL


def test_nothing_is_retried_through_a_channel_that_is_gone(town: Town) -> None:
    hook = town.add_channel("webhook")
    town.hook.plan(Answer(400))
    begin_a_raid(town)
    (row,) = town.deliveries()
    assert row.state == "dead"
    remove(town, hook)
    with pytest.raises(NotRetryableError, match="removed"):
        retry_delivery(town.parts, town.who, row.id, may_repeat=False)


def test_every_kind_that_opens_something_says_how_it_ends() -> None:
    said = {kind for kind, channel in CHANNELS.items() if last_words(channel)}
    assert said == {"pagerduty", "opsgenie", "jsm", "webhook"}
