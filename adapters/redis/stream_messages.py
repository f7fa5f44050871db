"""What processes tell each other of live events, and which release of them says it how.

Each message says its version. One without any is of the former release, which is understood; one of
a version that is not known yet says only that something happened: what it was is read from the
stream. So processes of two releases beside each other lose nothing.

version 2: `2 guild epoch`, then a line each: `offset body`; in a stream an entry's one field is
    named `2:stamp`
version 1: `guild epoch`, then the same lines; the field is named `event`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.live import Position

CHANNEL = "modwatch:events:2"
FORMER_CHANNEL = "modwatch:events"
# Matches that channel alone; listening by a pattern, one is not counted among its subscribers.
FORMER_PATTERN = "modwatch:event[s]"


@dataclass(frozen=True, slots=True)
class Published:
    """An event as subscribers hear of it."""

    guild_id: int
    position: Position
    body: bytes


class UnknownMessageError(Exception):
    """Of a release that is not known here."""


def field_of(stamp: str) -> str:
    return f"2:{stamp}"


def told(message: bytes) -> Iterator[Published]:
    """The events of a message. Raises UnknownMessageError."""
    head, *lines = message.split(b"\n")
    words = head.split(b" ")
    if len(words) == 3 and words[0] == b"2":
        words = words[1:]
    if len(words) != 2 or not words[0].isdigit():
        raise UnknownMessageError
    guild_id, epoch = int(words[0]), words[1].decode()
    for line in lines:
        offset, body = line.split(b" ", 1)
        yield Published(guild_id, Position(epoch, int(offset)), body)
