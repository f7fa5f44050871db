"""What clients say over `/ws`: checked here, refused in words for the sender."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from domain.live import Position, parse_position
from domain.snowflake import parse_snowflake


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered with a `pong`."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    guild_id: int
    since: Position | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    guild_id: int


LiveMessage = Ping | Subscribe | Unsubscribe


def parse_live_message(text: str | bytes) -> LiveMessage:
    """ValueError says what is wrong with it, the field first."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or "type" not in body:
        raise ValueError("send a JSON object with a type")
    if body["type"] == "ping":
        return Ping()
    if body["type"] == "subscribe":
        return Subscribe(_guild_id(body), _since(body))
    if body["type"] == "unsubscribe":
        return Unsubscribe(_guild_id(body))
    raise ValueError("type is one of subscribe, unsubscribe, ping")


def _guild_id(body: dict[str, object]) -> int:
    try:
        return parse_snowflake(body.get("guild_id"))
    except ValueError as error:
        raise ValueError(f"guild_id {error}") from None


def _since(body: dict[str, object]) -> Position | None:
    since = body.get("since")
    if since is None:
        return None
    if not isinstance(since, str):
        raise ValueError("since must be a string: a position that this server gave")
    try:
        return parse_position(since)
    except ValueError as error:
        raise ValueError(f"since {error}") from None
