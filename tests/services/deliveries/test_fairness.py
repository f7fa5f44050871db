"""A guild with hundreds of due deliveries leaves senders to others, on both databases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from domain.alert_rules import EventType
from domain.decisions import MOST_WAITING
from domain.delivery_life import DeliveryState
from domain.messages import MessageKind, Priority
from domain.windows import MINUTE_MS
from models.deliveries.sendable import waiting_channels
from models.deliveries.store import add_deliveries
from models.deliveries.tables import Delivery
from models.guilds.guild import lock_guilds
from services.deliveries.claiming import LOOKED_AT, claim_due
from services.deliveries.engine import CLAIMED_AHEAD, deliver
from services.deliveries.shares import SENDERS, Shares, in_turn
from services.notifications.telling import Notice, tell
from tests.parts import GUILD
from tests.services.alerts.town import Town, raid

FLOODING, SINGLE = GUILD, GUILD + 1


def _begin_raid(town: Town, guild_id: int) -> None:
    town.add_channel("slack", guild_id=guild_id)
    town.ingest(*raid(town.clock() - 30_000, guild_id=guild_id))
    town.parts.materialise()


def _flood(town: Town) -> None:
    """More than are looked at for one claim, each on a lane of its own; then one of another.

    They are tried again after a failure: what is new is bundled.
    """
    _begin_raid(town, FLOODING)
    (first,) = town.deliveries()
    more = [
        replace(
            first, id=uuid4(), subject=name, story=name, lane=name, state="retrying", attempts=1
        )
        for name in map("copy {}".format, range(LOOKED_AT + 100))
    ]
    with town.parts.database.write() as connection:
        add_deliveries(connection, more)
    town.clock.advance(MINUTE_MS)
    _begin_raid(town, SINGLE)


def _flood_with_bundles(town: Town, channels: int) -> None:
    """So many channels for each of which more waits than is told by itself."""
    for _ in range(channels):
        town.add_channel("slack", guild_id=FLOODING)
    for number in range(MOST_WAITING + 1):
        notice = Notice(
            guild_id=FLOODING,
            kind=MessageKind.NOTIFICATION,
            event_type=EventType.CHANNEL_FAILED,
            priority=Priority.HIGH,
            dedup_key=f"{number}",
            title=f"Thing {number}",
            message="",
        )
        with town.parts.database.write() as connection:
            guilds = lock_guilds(connection, [FLOODING])
            tell(connection, town.parts.secrets, guilds, [notice], town.clock())


def _sent(town: Town) -> Counter[int]:
    query = select(Delivery.guild_id).where(Delivery.state == DeliveryState.SENT)
    with town.parts.database.read() as connection:
        return Counter(connection.scalars(query))


def test_a_single_alert_goes_out_with_the_next_turn(town: Town) -> None:
    town.slack.clock = None  # the webhooks of two servers: it holds nobody back
    _flood(town)
    turns = iter([False])
    deliver(town.parts, lambda: next(turns, True))
    sent = _sent(town)
    assert sent[SINGLE] == 1
    assert 0 < sent[FLOODING] < SENDERS


def test_what_a_guild_has_in_hand_counts(town: Town) -> None:
    """Its provider may be slow: while one of another waits, it takes no more."""
    _flood(town)
    jobs = claim_due(town.parts, uuid4(), CLAIMED_AHEAD - SENDERS, {FLOODING: SENDERS})
    assert [job.row.guild_id for job in jobs] == [SINGLE]
    alone = claim_due(town.parts, uuid4(), CLAIMED_AHEAD - SENDERS, {FLOODING: SENDERS})
    assert [job.row.guild_id for job in alone] == [FLOODING] * (CLAIMED_AHEAD - SENDERS)


def test_a_bundle_counts_as_one(town: Town) -> None:
    """Towards its guild's share, and all that it tells of goes along."""
    _flood_with_bundles(town, SENDERS + 2)
    town.clock.advance(MINUTE_MS)
    _begin_raid(town, SINGLE)
    of = Counter(job.row.guild_id for job in claim_due(town.parts, uuid4(), CLAIMED_AHEAD))
    assert of == {FLOODING: SENDERS - 1, SINGLE: 1}
    more = claim_due(town.parts, uuid4(), CLAIMED_AHEAD)
    assert [job.row.kind for job in more] == [MessageKind.BUNDLED] * 3
    assert all(len(job.message.lines) == MOST_WAITING + 1 for job in more)


def test_channels_behind_a_flood_are_found(town: Town) -> None:
    _flood(town)
    with town.parts.database.read() as connection:
        keys = waiting_channels(connection, town.clock(), 4)
    assert [guild_id for guild_id, _ in keys] == [FLOODING, SINGLE]


def test_shares() -> None:
    ids = [uuid4() for _ in range(3)]
    keys = [(1, ids[0]), (1, ids[1]), (1, ids[2]), (2, ids[0])]
    assert in_turn(keys) == [keys[0], keys[3], keys[1], keys[2]]
    crowd = Shares(CLAIMED_AHEAD, {}, range(100))
    taken = [guild_id for guild_id in range(100) if not crowd.is_used_up(guild_id)]
    assert len(taken) == 100, "each may have one"
    crowd.take(0)
    assert crowd.is_used_up(0)
