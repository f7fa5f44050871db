"""The closed sets that contract.md and formulas.md name, word for word."""

from collections.abc import Iterable
from enum import StrEnum

import pytest

from domain.actions import Action
from domain.alert_rules import ALERTS, EventType
from domain.alert_states import (
    State,
)
from domain.decisions import Reason
from domain.delivery_life import DeliveryState
from domain.severity import DetectionType, Severity
from domain.spans import PERIODS


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (PERIODS, "hour day week month"),
        (Severity, "low medium high"),
        (DetectionType, "regex ai automod manual raid"),
        (Action, "warning timeout kick ban other none"),
    ],
)
def test_the_words_of_the_contract(words: Iterable[StrEnum], expected: str) -> None:
    assert " ".join(words) == expected


def test_the_words_of_alerts() -> None:
    assert list(EventType)[: len(ALERTS)] == list(ALERTS)
    assert " ".join(EventType) == (
        "health_score_drop mass_violations bot_offline rate_limit_approaching new_violation"
        " config_update export_ready report_failed channel_failed"
    )
    assert " ".join(State) == "firing acknowledged snoozed flapping no_data resolved"
    assert " ".join(Reason) == (
        "channel_off channel_broken event_disabled event_not_on_channel below_threshold"
        " below_channel_threshold unsubscribed duplicate never_told superseded inhibited snoozed"
        " muted quiet_hours waiting_escalation provider_asked_to_wait grouped bundled send"
    )
    assert " ".join(sorted(DeliveryState)) == (
        "cancelled claimed dead digested held queued retrying sending sent skipped unknown"
    )
