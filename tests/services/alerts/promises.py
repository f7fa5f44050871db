"""What holds after any history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain.delivery_life import FINAL
from domain.messages import MessageKind
from models.deliveries.claims import outcomes_of
from models.deliveries.store import DeliveryRow
from services.deliveries.views import last_words
from tests.services.alerts.made_up import KINDS, World
from tests.services.alerts.town import Town

_MACHINES = {kind.kind for kind in KINDS if last_words(kind(World(None)))}  # type: ignore[arg-type]
Outcomes = Mapping[UUID, set[str | None]]


def check(town: Town, world: World, rows: list[DeliveryRow]) -> None:
    assert not world.broken, world.broken
    kinds = {row.id: row.channel_kind for row in rows}
    blind = [one.id for one in world.arrived if kinds.get(one.id) == "blind"]
    assert len(set(blind)) == len(blind), "a blind provider got one twice"
    for row in rows:
        assert row.state in FINAL, f"{row.state} is no end"
        assert row.reason
    with town.parts.database.read() as connection:
        outcomes = {row.id: set(outcomes_of(connection, row)) for row in rows}
    for story in {row.story for row in rows if row.alert_id}:
        mine = [row for row in rows if row.story == story]
        _Story(world, sorted(mine, key=lambda row: row.seq), outcomes).check()


class _Story:
    """What one channel was told of one alert, in its order."""

    def __init__(self, world: World, rows: list[DeliveryRow], outcomes: Outcomes) -> None:
        self.world, self.rows, self.outcomes = world, rows, outcomes
        self.beginnings = [row for row in rows if row.kind == MessageKind.FIRING]
        self.is_left = rows[0].channel_id not in world.removed

    def check(self) -> None:
        self._check_order()
        self._check_once()
        self._check_ends()
        self._check_acknowledgements()

    def _check_order(self) -> None:
        place = {row.id: row.seq for row in self.rows}
        first: dict[UUID, int] = {}
        for number, one in enumerate(self.world.arrived):
            if one.id in place:
                first.setdefault(one.id, number)
        order = [place[id] for id, _ in sorted(first.items(), key=lambda pair: pair[1])]
        assert order == sorted(order), "the order of a story"

    def _check_once(self) -> None:
        arrived = {one.id for one in self.world.arrived}
        for row in self.rows:
            assert not {row.id, row.digest_id} <= arrived, "told by itself, and in a digest"

    def _check_ends(self) -> None:
        ends = [row for row in self.rows if row.kind == MessageKind.RESOLVED]
        said_ms = self._said_ms()
        may_know = any({"sent", "in_doubt"} & self._tried(row) for row in self.beginnings)
        assert may_know or not said_ms, "what arrived is noted at least as a doubt"
        if said_ms and (self.is_left or self.rows[0].channel_kind in _MACHINES):
            assert ends, "an arrived beginning has an end"
            assert self._tried(ends[-1]), "an arrived beginning's end is tried"
        if not may_know:
            assert not any(map(self._tried, ends)), "no end of what surely never arrived"

    def _check_acknowledgements(self) -> None:
        """Who may have been woken hears that somebody is at it."""
        said_ms = self._said_ms()
        for row in self.rows:
            is_due = row.kind == MessageKind.ACKNOWLEDGED and self.is_left
            if is_due and any(ms < row.created_ms for ms in said_ms):
                assert self._tried(row), "an acknowledgement is tried"

    def _said_ms(self) -> list[int]:
        """When it arrived that the alert goes on: by itself, or in a digest while it did."""
        own = {row.id for row in self.beginnings}
        digests = {row.digest_id for row in self.beginnings if row.digest_id is not None}
        alert_id = self.rows[0].alert_id
        return [
            one.at_ms
            for one in self.world.arrived
            if one.id in own or (one.id in digests and alert_id in one.open_alerts)
        ]

    def _tried(self, row: DeliveryRow) -> set[str | None]:
        """The outcomes of it, and of the message that it went along in."""
        ids: Iterable[UUID] = filter(None, (row.id, row.digest_id))
        return set().union(*(self.outcomes.get(id, set()) for id in ids))
