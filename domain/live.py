"""The live protocol's small things: positions in a guild's stream, and why sockets close."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

MAXIMUM_SUBSCRIPTIONS = 100
MAXIMUM_CONNECTIONS = 5  # per person and guild, over all processes
MAXIMUM_MESSAGE_BYTES = 64 * 1024


class Close(IntEnum):
    RESTARTING = 1012
    NOT_LOGGED_IN = 4001
    NO_ROLE = 4003
    TOO_SLOW = 4008
    TOO_MANY = 4029


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a guild's stream of events. The epoch changes when the stream was lost."""

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"


def parse_position(text: str) -> Position:
    """A position as `str` wrote it. ValueError otherwise."""
    epoch, colon, offset = text.rpartition(":")
    fine = colon and epoch.isalnum() and offset.isascii() and offset.isdigit()
    if not fine or len(text) > 64:
        raise ValueError("must be a position that this server gave: epoch:offset")
    return Position(epoch, int(offset))
