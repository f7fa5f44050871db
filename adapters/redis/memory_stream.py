"""The stream of live events of a process that runs without Redis: the same, inside this process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from secrets import token_hex
from threading import Lock

from adapters.redis.event_stream import KEPT_BYTES, KEPT_EVENTS, Added, LiveEvent
from adapters.redis.stream_messages import Published
from domain.live import Position


@dataclass(slots=True)
class _Events:
    """Of one guild. `last`: the offset of the last one, also when it is not kept any more."""

    last: int = 0
    size: int = 0
    kept: deque[tuple[Published, str]] = field(default_factory=deque)

    def append(self, event: Published, stamp: str) -> None:
        self.last = event.position.offset
        self.kept.append((event, stamp))
        self.size += len(event.body)
        while len(self.kept) > KEPT_EVENTS or (self.size > KEPT_BYTES and len(self.kept) > 1):
            self.size -= len(self.kept.popleft()[0].body)

    def differs(self, event: LiveEvent) -> bool:
        """Whether another event has its place."""
        stamps = (stamp for one, stamp in self.kept if one.position.offset == event.offset)
        return bool(event.stamp) and next(stamps, event.stamp) not in ("", event.stamp)


class MemoryStream:
    def __init__(self) -> None:
        self._epoch = token_hex(6)
        self._erasures = 0
        self._guilds: dict[int, _Events] = defaultdict(_Events)
        self._listeners: list[SimpleQueue[Published]] = []
        self._lock = Lock()

    def mark(self) -> str:
        return str(self._erasures)

    def add(
        self, events: Sequence[LiveEvent], mark: str = "", ends: Mapping[int, int] | None = None
    ) -> Added:
        with self._lock:
            if mark and mark != str(self._erasures):
                return Added.AGAIN
            if any(self._guilds[id].last > end for id, end in (ends or {}).items()):
                return Added.BEYOND
            for event in events:
                guild = self._guilds[event.guild_id]
                if event.offset > guild.last:
                    self._tell(guild, event)
                elif guild.differs(event):
                    self._begin_anew()
                    return Added.AGAIN
        return Added.DONE

    def _tell(self, guild: _Events, event: LiveEvent) -> None:
        position = Position(self._epoch, event.offset)
        published = Published(event.guild_id, position, event.body)
        guild.append(published, event.stamp)
        for listener in self._listeners:
            listener.put(published)

    def put_back(self) -> None:
        with self._lock:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._epoch = token_hex(6)
        self._guilds.clear()

    def alone(self, token: str, work: Callable[[], int]) -> int | None:
        return work()

    def drop(self, guild_id: int) -> bool:
        with self._lock:
            self._erasures += 1
            guild = self._guilds[guild_id]
            guild.kept.clear()
            guild.size = 0
        return True

    def last(self, guild_id: int) -> Position:
        with self._lock:
            return Position(self._epoch, self._guilds[guild_id].last)

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]:
        with self._lock:
            kept = [one for one, _ in self._guilds[guild_id].kept if one.position.offset > offset]
        return kept[:most]

    def listen(self) -> Iterator[Published | None]:
        """Events from here on, until whoever listens closes this."""
        heard: SimpleQueue[Published] = SimpleQueue()
        with self._lock:
            self._listeners.append(heard)
        try:
            yield None
            while True:
                yield heard.get()
        finally:
            with self._lock:
                self._listeners.remove(heard)
