"""The promises of delivery hold through hostile histories, and a planted fault breaks them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from random import Random, randrange
from typing import Any

import pytest
from sqlalchemy import false, literal

from adapters.channels.registry import CHANNELS
from domain.decisions import Decision, decide
from domain.delivery_life import DeliveryState
from domain.windows import HOUR_MS, MINUTE_MS
from models.deliveries import sendable, store
from models.deliveries.store import DeliveryRow, change_delivery
from services.alerts import turns
from services.container import Parts
from services.deliveries import engine, explaining, look, settling
from tests.parts import examples
from tests.services.alerts import histories
from tests.services.alerts.histories import live_through
from tests.services.alerts.made_up import KINDS, World
from tests.services.alerts.promises import check
from tests.services.alerts.town import Town

HISTORIES = examples(12)
# Always the same ones, unless more are asked for: then new ones each time.
FIRST_SEED = randrange(10**9) if HISTORIES > 12 else 0
UNTIL_FOUND = 400  # a planted fault shows within so many; most within ten


def _live(
    town: Town, monkeypatch: pytest.MonkeyPatch, seed: int, often: tuple[str, ...] = ()
) -> None:
    world = World(Random(seed), often=often)
    monkeypatch.setattr(settling, "random", world.random)
    # The ids of version 4 as well, by which rows are put in order: a seed tells all of a history.
    monkeypatch.setattr(os, "urandom", Random(seed).randbytes)
    for kind in KINDS:
        monkeypatch.setitem(CHANNELS, kind.kind, kind(world))
    try:
        check(town, world, live_through(town, world))
    except AssertionError as error:
        error.add_note(f"the history of seed {seed}")
        raise


def _live_all(
    town: Town, monkeypatch: pytest.MonkeyPatch, many: int, often: tuple[str, ...] = ()
) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + many):
        _live(town, monkeypatch, seed, often)


def test_the_promises_hold(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    few = HISTORIES // 4
    _live_all(town, monkeypatch, few if town.parts.database.is_postgresql else HISTORIES)


def test_an_escalation_stays_silent_when_what_is_looked_after_settles(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Random(1), faults=False)
    monkeypatch.setattr(histories, "CHOICES", ({"after_minutes": histories.AFTER_MINUTES},))
    for kind in KINDS:
        monkeypatch.setitem(CHANNELS, kind.kind, kind(world))
    history = histories.History(quick_town, world)
    for _ in range(4):
        history.turn_bad()
        quick_town.clock.advance(MINUTE_MS)
        history.turn_good()
    history.turn_bad()
    history.acknowledge()
    quick_town.clock.advance(HOUR_MS)
    history.turn_bad()
    history.work()
    said = [row.kind for row in history.rows() if row.state == DeliveryState.CANCELLED]
    assert said.count("firing") > len(KINDS), "it settled"
    assert world.arrived == []
    assert world.broken == []


def _as_if_unsent(parts: Parts, row: DeliveryRow) -> None:
    """What was being sent when its worker died is taken as surely unsent."""
    with parts.database.write() as connection:
        values = {"state": DeliveryState.QUEUED.value, "claim": None, "claimed_until_ms": 0}
        change_delivery(connection, row, parts.clock(), due_ms=parts.clock(), **values)


def _never_under_way() -> Any:
    """An end may overtake its beginning."""
    return false()


def _told_if_sent(of: Any, id: Any) -> Any:
    """The obvious rule: only who was surely told the beginning is told the end."""
    return (of.state == DeliveryState.SENT) & (id == of.id) & literal(True)


def _plant_unsent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "_settle_in_doubt", _as_if_unsent)


def _plant_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sendable, "_story_is_under_way", _never_under_way)
    # What was put together before is without the fault.
    patch.setattr(sendable, "_WAITING_CHANNELS", sendable._waiting_channels())
    patch.setattr(sendable, "_OTHERS_CHANNELS", sendable._others_channels())
    patch.setattr(sendable, "_SENDABLE", sendable._sendable())


def _plant_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "_may_have_arrived", _told_if_sent)
    patch.setattr(store, "_BEGINNINGS", store._beginnings())


def _unmuted(*args: Any) -> Decision:
    """What is queued goes out, though a mute has begun since."""
    event, alert, channel, wishes, now_ms = args
    return decide(event, alert, channel, replace(wishes, muted_until_ms=None), now_ms)


def _awake(*args: Any) -> Decision:
    """What is queued goes out, though quiet hours have begun since."""
    event, alert, channel, wishes, now_ms = args
    return decide(event, alert, channel, replace(wishes, quiet_hours=None), now_ms)


def _without_causes(*args: Any) -> Decision:
    """What is queued goes out, though what it follows from is told by now."""
    event, alert, channel, wishes, now_ms = args
    return decide(event, alert, channel, replace(wishes, inhibited=frozenset()), now_ms)


def _do_nothing(*_: Any) -> None:
    """Nobody is woken."""


def _without_escalation(*args: Any) -> Decision:
    event, alert, channel, wishes, now_ms = args
    return decide(event, alert, replace(channel, after_minutes=0), wishes, now_ms)


def _plant_unmuted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(look, "decide", _unmuted)


def _plant_awake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(look, "decide", _awake)


def _plant_consequences(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(look, "decide", _without_causes)


def _plant_no_late_truth(patch: pytest.MonkeyPatch) -> None:
    """The end of a cause has nothing decided again."""
    patch.setattr(turns, "look_again", _do_nothing)


def _plant_explanation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(explaining, "decide", _without_escalation)


BEGINS = ("turn_bad", "work")
# Each with what says that it broke something, and what makes it show soon.
FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, tuple[str, ...]]] = {
    "unsent": (
        _plant_unsent,
        "twice|noted at least as a doubt|surely never arrived|told by itself, and in a digest",
        ("work", "wait"),
    ),
    "order": (_plant_order, "order|tried|final|end", BEGINS),
    "ends": (_plant_ends, "end is tried", BEGINS),
    "unmuted": (_plant_unmuted, "through a mute", (*BEGINS, "mute")),
    "awake": (_plant_awake, "through quiet hours", (*BEGINS, "sleep")),
    "consequences": (_plant_consequences, "beside its cause", (*BEGINS, "go_offline")),
    "no late truth": (
        _plant_no_late_truth,
        "inhibited, which is over",
        (*BEGINS, "go_offline", "come_back"),
    ),
    "explanation": (_plant_explanation, "explained as", BEGINS),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_breaks_them(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plant, broken, often = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=broken):
        _live_all(quick_town, monkeypatch, UNTIL_FOUND, often)
