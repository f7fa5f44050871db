"""PagerDuty, Opsgenie and Jira Service Management: one incident an alert, opened and closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.channels.opsgenie import JiraServiceManagement, Opsgenie
from adapters.channels.pagerduty import PagerDuty
from domain.attempts import Outcome
from domain.messages import MessageKind, Priority
from tests.adapters.channels.sample import LONG, MESSAGE, Sender, ways
from tests.servers.providers.opsgenie import OpsgenieStandIn
from tests.servers.providers.pagerduty import PagerDutyStandIn

JSM_ROOT = "/jsm/ops/integration/v2/alerts"
LIFE = (MessageKind.FIRING, MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED)


@pytest.fixture
def pagerduty() -> Iterator[PagerDutyStandIn]:
    server = PagerDutyStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def duty(pagerduty: PagerDutyStandIn) -> Sender:
    settings = {"routing_key": pagerduty.routing_key, "service": pagerduty.url}
    return Sender(PagerDuty(), {**settings}, ways(pagerduty.port))


@pytest.fixture(params=["opsgenie", "jsm"])
def opsgenie(request: pytest.FixtureRequest) -> Iterator[OpsgenieStandIn]:
    server = OpsgenieStandIn("/v2/alerts" if request.param == "opsgenie" else JSM_ROOT)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def genie(opsgenie: OpsgenieStandIn, request: pytest.FixtureRequest) -> Sender:
    kind = request.node.callspec.params["opsgenie"]
    channel = Opsgenie() if kind == "opsgenie" else JiraServiceManagement()
    settings = {"api_key": opsgenie.api_key, "service": opsgenie.url}
    return Sender(channel, {**settings}, ways(opsgenie.port))


def test_an_incident_is_opened_acknowledged_and_resolved(
    pagerduty: PagerDutyStandIn, duty: Sender
) -> None:
    states = []
    for kind in LIFE:
        assert duty.send(kind=kind).outcome is Outcome.SENT
        states.append(pagerduty.incidents[MESSAGE.story])
    assert states == ["triggered", "acknowledged", "resolved"]
    event = pagerduty.accepted[0]
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["custom_details"]["Violations"] == "14"
    assert event["links"][0]["href"] == MESSAGE.link


def test_a_trigger_that_is_repeated_opens_no_second_incident(
    pagerduty: PagerDutyStandIn, duty: Sender
) -> None:
    for _ in range(3):
        duty.send()
    assert pagerduty.opened == [MESSAGE.story]


def test_a_test_leaves_no_incident_behind(pagerduty: PagerDutyStandIn, duty: Sender) -> None:
    attempt = duty.send(kind=MessageKind.TEST)
    assert (attempt.outcome, attempt.http_status) == (Outcome.SENT, 202)
    assert pagerduty.incidents == {MESSAGE.story: "resolved"}
    assert duty.begun == 1


def test_a_wrong_key_is_dead_and_says_why(pagerduty: PagerDutyStandIn, duty: Sender) -> None:
    duty.settings["routing_key"] = "X" * 32
    attempt = duty.send()
    assert (attempt.outcome, attempt.http_status) == (Outcome.DEAD, 400)
    assert "Invalid routing key" in attempt.answer


@pytest.mark.parametrize("kind", sorted(PagerDuty.takes))
def test_the_longest_message_keeps_within_pagerdutys_limits(
    pagerduty: PagerDutyStandIn, duty: Sender, kind: MessageKind
) -> None:
    attempt = duty.send(LONG, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt.answer


def test_two_long_stories_stay_two(pagerduty: PagerDutyStandIn, duty: Sender) -> None:
    for end in "ab":
        duty.send(story="s" * 300 + end)
    assert len(pagerduty.opened) == 2


@pytest.mark.parametrize(
    ("priority", "severity", "number"),
    [
        (Priority.CRITICAL, "critical", "P1"),
        (Priority.HIGH, "error", "P2"),
        (Priority.MEDIUM, "warning", "P3"),
        (Priority.LOW, "info", "P4"),
    ],
)
def test_priorities_keep_their_order(
    pagerduty: PagerDutyStandIn,
    duty: Sender,
    opsgenie: OpsgenieStandIn,
    genie: Sender,
    priority: Priority,
    severity: str,
    number: str,
) -> None:
    duty.send(priority=priority)
    genie.send(priority=priority)
    assert pagerduty.accepted[0]["payload"]["severity"] == severity
    assert opsgenie.accepted[0]["priority"] == number


def test_an_alert_is_opened_acknowledged_and_closed(
    opsgenie: OpsgenieStandIn, genie: Sender
) -> None:
    states = []
    for kind in LIFE:
        attempt = genie.send(kind=kind)
        assert attempt.outcome is Outcome.SENT, attempt.answer
        states.append(opsgenie.alerts[MESSAGE.story])
    assert states == ["open", "acked", "closed"]
    assert opsgenie.accepted[0]["details"]["Violations"] == "14"


def test_an_alert_that_is_repeated_is_one(opsgenie: OpsgenieStandIn, genie: Sender) -> None:
    for _ in range(3):
        genie.send()
    assert opsgenie.opened == [MESSAGE.story]


def test_a_test_leaves_no_alert_behind(opsgenie: OpsgenieStandIn, genie: Sender) -> None:
    assert genie.send(kind=MessageKind.TEST).outcome is Outcome.SENT
    assert opsgenie.alerts == {MESSAGE.story: "closed"}


def test_a_refused_key_ends_the_channel(genie: Sender) -> None:
    genie.settings["api_key"] = "00000000-0000-0000-0000-000000000000"
    attempt = genie.send()
    assert (attempt.outcome, attempt.http_status) == (Outcome.DEAD, 401)
    assert attempt.is_channel_broken


def test_a_story_may_hold_what_means_something_in_an_address(
    opsgenie: OpsgenieStandIn, genie: Sender
) -> None:
    story = "alert/../?x=#1 %2F"
    for kind in LIFE:
        genie.send(kind=kind, story=story)
    assert opsgenie.alerts == {story: "closed"}


@pytest.mark.parametrize("kind", sorted(Opsgenie.takes))
def test_the_longest_message_keeps_within_opsgenies_limits(
    genie: Sender, kind: MessageKind
) -> None:
    attempt = genie.send(LONG, kind=kind)
    assert attempt.outcome is Outcome.SENT, attempt.answer
