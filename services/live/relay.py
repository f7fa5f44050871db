"""Handing live events to whoever listens in this process: each once, in order, from any position.

Every listener has, per guild, the offset it has got so far; an event goes to it only if it is the
next one. What a listener or this process missed is read again from the guild's stream, and where
the stream no longer has it the listener is told (`recovered: false`) or ended: never a silent gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import NamedTuple, Protocol

from adapters.redis.event_stream import KEPT_EVENTS, Stream
from adapters.redis.stream_messages import Published
from domain.live import Position


class Listener(Protocol):
    """What takes frames. `push` must not wait; `end` closes it for good."""

    def push(self, frame: bytes, supersedes: str | None) -> None: ...

    def end(self, reason: str) -> None: ...


class ReplayBudget(Protocol):
    """How many bytes of missed events somebody may have sent again."""

    @property
    def is_left(self) -> bool: ...

    def spend(self, amount: float = 1.0) -> bool: ...


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


class _Frame(NamedTuple):
    offset: int
    frame: bytes
    supersedes: str | None


Confirm = Callable[[Subscribed], None]


class Relay:
    def __init__(self, stream: Stream, encode: Callable[[bytes], bytes] = bytes) -> None:
        """`encode` makes a message ready for the wire, once for all who get it."""
        self._stream, self._encode = stream, encode
        self._guilds: dict[int, _GuildListeners] = {}

    def subscribe(
        self,
        listener: Listener,
        guild_id: int,
        since: Position | None,
        confirm: Confirm,
        budget: ReplayBudget | None = None,
    ) -> None:
        """Begin at `since` or now: `confirm` is called first, then come the missed events, unless
        `budget`, in bytes, is used up.

        Raises StreamAwayError.
        """
        with self._guild(guild_id) as guild:
            last = self._stream.last(guild_id)
            if guild.epoch != last.epoch:
                self._end_all(guild)
                guild.epoch = last.epoch
            missed: list[_Frame] = []
            recovered = since is None or since == last
            if since is not None and since.epoch == last.epoch and since.offset < last.offset:
                may_replay = budget is None or budget.is_left
                found = self._missed(guild, guild_id, since.offset) if may_replay else None
                recovered, missed = found is not None, found or []
                if budget is not None:
                    budget.spend(sum(len(one.frame) for one in missed))
            confirm(Subscribed(last, recovered))
            # Anything published since `last` is behind it and comes by `deliver`.
            guild.offsets[listener] = last.offset
            self._push_all(guild, listener, missed)

    def unsubscribe(self, listener: Listener, guild_id: int) -> None:
        with self._guild(guild_id) as guild:
            guild.offsets.pop(listener, None)

    def deliver(self, event: Published) -> None:
        """Hand an event to the guild's listeners. Raises StreamAwayError."""
        if event.guild_id not in self._guilds:
            return
        with self._guild(event.guild_id) as guild:  # somebody may be subscribing just now
            if event.position.epoch != guild.epoch:
                # The stream was lost and begins anew: what was between is unknown to everybody.
                self._end_all(guild)
                return
            offset, frame, supersedes = self._framed(event)
            behind = []
            for listener, got in guild.offsets.items():
                if offset == got + 1:
                    listener.push(frame, supersedes)
                    guild.offsets[listener] = offset  # no new key: the loop goes on
                elif offset > got:
                    behind.append(listener)
            self._catch_up(guild, event.guild_id, behind)

    def heard(self) -> None:
        """Events are heard from here on: whoever subscribed before gets what came meanwhile.

        Raises StreamAwayError.
        """
        for guild_id in list(self._guilds):
            with self._guild(guild_id) as guild:
                last = self._stream.last(guild_id)
                if last.epoch != guild.epoch:
                    self._end_all(guild)
                behind = [one for one, got in guild.offsets.items() if got < last.offset]
                self._catch_up(guild, guild_id, behind)

    def end_everything(self) -> None:
        """The stream cannot be heard any more: everybody is to come back and resume."""
        for guild_id in list(self._guilds):
            with self._guild(guild_id) as guild:
                self._end_all(guild)

    def listeners(self, guild_id: int) -> int:
        guild = self._guilds.get(guild_id)
        return len(guild.offsets) if guild else 0

    @contextmanager
    def _guild(self, guild_id: int) -> Iterator[_GuildListeners]:
        """The guild's listeners, locked; forgotten where there are none in the end."""
        while True:
            guild = self._guilds.setdefault(guild_id, _GuildListeners())
            with guild.lock:
                if self._guilds.get(guild_id) is not guild:
                    continue  # forgotten while we waited for the lock
                try:
                    yield guild
                finally:
                    if not guild.offsets:
                        self._guilds.pop(guild_id, None)
                return

    def _catch_up(self, guild: _GuildListeners, guild_id: int, behind: list[Listener]) -> None:
        """Read what these listeners missed from the stream: once for all who got as far."""
        read: dict[int, list[_Frame] | None] = {}
        for listener in behind:
            got = guild.offsets[listener]
            if got not in read:
                read[got] = self._missed(guild, guild_id, got)
            missed = read[got]
            if missed is None:
                del guild.offsets[listener]
                listener.end("events were lost")
            else:
                self._push_all(guild, listener, missed)

    def _missed(self, guild: _GuildListeners, guild_id: int, got: int) -> list[_Frame] | None:
        """All that came after `got`; None where some of it is gone."""
        events = self._stream.after(guild_id, got, KEPT_EVENTS * 2)
        if not _is_gapless(events, Position(guild.epoch, got)):
            return None
        return [self._framed(event) for event in events]

    def _push_all(self, guild: _GuildListeners, listener: Listener, frames: list[_Frame]) -> None:
        for offset, frame, supersedes in frames:
            listener.push(frame, supersedes)
            guild.offsets[listener] = offset

    def _framed(self, event: Published) -> _Frame:
        return _Frame(event.position.offset, self._encode(frame_of(event)), superseded_by(event))

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


def _is_gapless(events: list[Published], after: Position) -> bool:
    """Whether these are all that followed, in the same epoch."""
    expected = (Position(after.epoch, after.offset + n) for n in range(1, len(events) + 1))
    return bool(events) and [event.position for event in events] == list(expected)
