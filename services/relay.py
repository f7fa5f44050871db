"""Handing live events to whoever listens in this process: each once, in order, from any position.

Every listener has, per guild, the offset it has got so far; an event goes to it only if it is the
next one. What a listener or this process missed is read again from the guild's stream, and where
the stream no longer has it the listener is told (`recovered: false`) or ended: never a silent gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import Protocol

from adapters.event_stream import KEPT_EVENTS, Published, Stream
from domain.live import Position


class Listener(Protocol):
    """What takes frames. `push` must not wait; `end` closes it for good."""

    def push(self, frame: bytes, supersedes: str | None) -> None: ...

    def end(self, reason: str) -> None: ...


@dataclass(slots=True)
class _GuildListeners:
    """`offsets` maps each listener to the offset of the last event it got."""

    offsets: dict[Listener, int] = field(default_factory=dict)
    epoch: str = ""
    lock: RLock = field(default_factory=RLock)


@dataclass(frozen=True, slots=True)
class Subscribed:
    position: Position
    recovered: bool


Confirm = Callable[[Subscribed], None]


class Relay:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._guilds: dict[int, _GuildListeners] = defaultdict(_GuildListeners)

    def subscribe(
        self, listener: Listener, guild_id: int, since: Position | None, confirm: Confirm
    ) -> None:
        """Begin at `since` or now: `confirm` is called first, then come the missed events.

        Raises StreamAwayError.
        """
        guild = self._guilds[guild_id]
        with guild.lock:
            last = self._stream.last(guild_id)
            missed: list[Published] = []
            recovered = since is None or since == last
            if since is not None and since.epoch == last.epoch and since.offset < last.offset:
                missed = self._stream.after(guild_id, since.offset, KEPT_EVENTS * 2)
                recovered = _is_gapless(missed, since.offset)
            guild.epoch = last.epoch
            confirm(Subscribed(last, recovered))
            for event in missed if recovered else ():
                self._push(listener, event)
            # Anything published since `last` is behind it and comes by `deliver`.
            guild.offsets[listener] = max(
                [last.offset, *(event.position.offset for event in missed if recovered)]
            )

    def unsubscribe(self, listener: Listener, guild_id: int) -> None:
        guild = self._guilds.get(guild_id)
        if guild is not None:
            with guild.lock:
                guild.offsets.pop(listener, None)

    def deliver(self, event: Published) -> None:
        """Hand an event to the guild's listeners. Raises StreamAwayError."""
        guild = self._guilds.get(event.guild_id)
        if guild is None:
            return
        with guild.lock:  # somebody may be subscribing just now
            if not guild.offsets:
                return
            if event.position.epoch != guild.epoch:
                # The stream was lost and begins anew: what was between is unknown to everybody.
                self._end_all(guild)
                return
            offset, frame = event.position.offset, frame_of(event)
            for listener, got in list(guild.offsets.items()):
                if offset == got + 1:
                    listener.push(frame, superseded_by(event))
                    guild.offsets[listener] = offset
                elif offset > got:
                    self._catch_up(guild, listener, event.guild_id, got)

    def end_everything(self) -> None:
        """The stream cannot be heard any more: everybody is to come back and resume."""
        for guild in list(self._guilds.values()):
            with guild.lock:
                self._end_all(guild)

    def listeners(self, guild_id: int) -> int:
        guild = self._guilds.get(guild_id)
        return len(guild.offsets) if guild else 0

    def _catch_up(
        self, guild: _GuildListeners, listener: Listener, guild_id: int, got: int
    ) -> None:
        missed = self._stream.after(guild_id, got, KEPT_EVENTS * 2)
        if not _is_gapless(missed, got):
            del guild.offsets[listener]
            listener.end("events were lost")
            return
        for event in missed:
            self._push(listener, event)
            guild.offsets[listener] = event.position.offset

    def _push(self, listener: Listener, event: Published) -> None:
        listener.push(frame_of(event), superseded_by(event))

    def _end_all(self, guild: _GuildListeners) -> None:
        listeners, guild.offsets = list(guild.offsets), {}
        for listener in listeners:
            listener.end("the stream of events was lost")


def frame_of(event: Published) -> bytes:
    """The JSON message a client gets: the event with its guild and its position."""
    return b'%b,"guild_id":"%d","id":"%b"}' % (
        event.body[:-1],
        event.guild_id,
        str(event.position).encode(),
    )


def superseded_by(event: Published) -> str | None:
    """A key for events of which only the latest matters; None for those that all matter."""
    if event.body.startswith(b'{"type":"metrics_update"'):
        return f"metrics_update:{event.guild_id}"
    return None


def _is_gapless(events: list[Published], after: int) -> bool:
    offsets = [event.position.offset for event in events]
    return bool(offsets) and offsets == list(range(after + 1, after + 1 + len(offsets)))
