"""The promises of delivery hold through hostile histories, and a planted fault breaks them."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import false, literal

from adapters.channels.registry import CHANNELS
from domain.delivery_life import DeliveryState
from models.deliveries import sendable, store
from models.deliveries.store import DeliveryRow, change_delivery
from services.container import Parts
from services.deliveries import engine, settling
from tests.services.alerts.histories import Blind, Keyed, World, check, live_through
from tests.services.alerts.town import Town

HISTORIES = int(os.environ.get("MODWATCH_TEST_HISTORIES", "16"))
UNTIL_FOUND = 400  # a planted fault shows within so many; most within ten


def _live(town: Town, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    world = World(Random(seed))
    monkeypatch.setattr(settling, "random", world.random)
    for channel in (Blind(world), Keyed(world)):
        monkeypatch.setitem(CHANNELS, channel.kind, channel)
    check(town, world, live_through(town, world))


def _live_all(town: Town, monkeypatch: pytest.MonkeyPatch, histories: int) -> None:
    for seed in range(histories):
        _live(town, monkeypatch, seed)


def test_the_promises_hold(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    few = HISTORIES // 4
    _live_all(town, monkeypatch, few if town.parts.database.is_postgresql else HISTORIES)


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


FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "unsent": (_plant_unsent, "twice"),
    "order": (_plant_order, "order|tried|final|end"),
    "ends": (_plant_ends, "end is tried"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_breaks_them(
    quick_town: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plant, broken = FAULTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=broken):
        _live_all(quick_town, monkeypatch, UNTIL_FOUND)
