"""What must hold when all is quiet again: counts, live events, answers, each by its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text

from adapters.database import Database
from adapters.redis.event_stream import stream_key
from domain.clock import parse_rfc3339
from domain.snapshot import SPANS, Kind
from domain.spans import Span
from domain.touched import EVERY_DOCUMENT
from models.snapshots.dirty import count_dirty
from services.container import system_clock
from services.operations.rollups import verify
from services.snapshots.making import make_snapshots
from tests.faults.clients import Bot
from tests.faults.stack import Stack

Answers = dict[tuple[Kind, Span], Any]
_ASKED = [(kind, span) for kind in Kind for span in SPANS[kind]]


def is_clean(database: Database) -> bool:
    """Whether no guild's snapshots are behind its counts."""
    with database.read() as connection:
        return count_dirty(connection) == 0


def is_published(database: Database) -> bool:
    with database.read() as connection:
        return not connection.scalar(text("SELECT count(*) FROM outbox"))


def check_counts(database: Database, bots: Sequence[Bot]) -> None:
    """Every event that a bot was told 202 for is there, once; and the rollups are a recount."""
    sent: dict[int, set[UUID]] = {}
    for bot in bots:
        for guild_id, ids in bot.violations.items():
            sent.setdefault(guild_id, set()).update(map(UUID, ids))
    guilds = sorted(sent)
    with database.read() as connection:
        for guild_id in guilds:
            rows = connection.execute(
                text("SELECT id FROM violations WHERE guild_id = :guild"), {"guild": guild_id}
            )
            stored = [UUID(str(id)) for (id,) in rows]
            assert len(stored) == len(set(stored))
            assert set(stored) == sent[guild_id]
            counted = connection.scalar(
                text("SELECT sum(messages) FROM rollup_days WHERE guild_id = :guild"),
                {"guild": guild_id},
            )
            assert counted == sum(bot.messages[guild_id] for bot in bots)
    assert verify(database, guilds, system_clock()) == []


def check_streams(stack: Stack, bots: Sequence[Bot]) -> None:
    """Each guild's stream has every offset from 1 to the guild's last, once, in order.

    Violations are in it once each. For streams short enough to be kept whole.
    """
    for guild_id in {guild_id for bot in bots for guild_id in bot.violations}:
        with stack.database.read() as connection:
            last = connection.scalar(
                text("SELECT event_offset FROM guilds WHERE guild_id = :guild"), {"guild": guild_id}
            )
        with stack.redis() as client:
            entries: Any = client.xrange(stream_key(guild_id))
        offsets = [int(id.decode().removesuffix("-0")) for id, _ in entries]
        assert offsets == list(range(1, last + 1))
        events = [orjson.loads(next(iter(fields.values()))) for _, fields in entries]
        ids = [one["data"]["id"] for one in events if one["type"] == "violation"]
        assert len(ids) == len(set(ids))
        assert set(ids) == {id for bot in bots for id in bot.violations.get(guild_id, ())}


def wrong_answers(client: httpx.Client, database: Database, guild_ids: Sequence[int]) -> list[str]:
    """The reads that are stale, or differ from an answer made anew for the moment they are of."""
    wrong = []
    for guild_id in guild_ids:
        made: dict[int, Answers] = {}
        for kind, span in _ASKED:
            answer = client.get(_address(guild_id, kind, span))
            assert answer.status_code == 200
            shown = answer.json()
            if kind is Kind.OVERVIEW:
                shown["unread_count"] = 0  # each reader's own, put in beside the snapshot
            moment = {name: shown.pop(name) for name in ("as_of", "version", "stale")}
            as_of_ms = parse_rfc3339(moment["as_of"])
            if as_of_ms not in made:
                made[as_of_ms] = _made_anew(database, guild_id, as_of_ms)
            if moment["stale"] or shown != made[as_of_ms][kind, span]:
                wrong.append(f"{guild_id} {kind} {span} from {answer.headers['X-Cache']}")
    return wrong


def _made_anew(database: Database, guild_id: int, as_of_ms: int) -> Answers:
    with database.read() as connection:
        made = make_snapshots(connection, {guild_id: EVERY_DOCUMENT}, as_of_ms)
    return {(one.kind, one.span): orjson.loads(one.body) for one in made}


def _address(guild_id: int, kind: Kind, span: Span) -> str:
    name = kind.value.replace("_", "-")
    address = f"/api/v1/servers/{guild_id}/{name}"
    if kind is Kind.RULE_EFFECTIVENESS:
        return f"{address}?period={span}&limit=50"
    without_period = kind is Kind.OVERVIEW or span in (Span.ALL, Span.QUARTER)
    return address if without_period else f"{address}?period={span}"
