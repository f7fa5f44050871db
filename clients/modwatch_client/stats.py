"""What a client did so far, for the bot's own status page or log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stats:
    """Of this process since the client was made, but for what lies in the spool."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    requests: int = 0
    failures: int = 0  # requests that have to be made again
    waiting: int = 0  # events in the spool, of all processes on it
    waiting_bytes: int = 0
    dead_letters: int = 0
    uncounted_messages: int = 0  # counted in memory, in the spool within `count_window_seconds`
    lost_messages: int = 0  # message counts given up, because the spool's disk failed for hours
    sending: bool = False  # this process is the one that sends; another one may be
    refused: bool = False  # the token or the address is refused: somebody has to act
    last_error: str | None = None


@dataclass(frozen=True)
class FlushResult:
    """`done`: all that was there when asked is with the server, or refused by it for good."""

    done: bool
    waiting: int
    reason: str | None = None
