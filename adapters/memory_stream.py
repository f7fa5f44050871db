"""The stream of live events of a process that runs without Redis: the same, inside this process."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from secrets import token_hex
from threading import Lock

from adapters.event_stream import KEPT_EVENTS, LiveEvent, Published
from domain.live import Position


class MemoryStream:
    def __init__(self) -> None:
        self._epoch = token_hex(6)
        self._events: dict[int, deque[Published]] = defaultdict(lambda: deque(maxlen=KEPT_EVENTS))
        self._last: dict[int, int] = defaultdict(int)
        self._listeners: list[SimpleQueue[Published]] = []
        self._lock = Lock()

    def add(self, events: Sequence[LiveEvent]) -> bool:
        with self._lock:
            for event in events:
                if event.offset > self._last[event.guild_id]:
                    self._last[event.guild_id] = event.offset
                    position = Position(self._epoch, event.offset)
                    published = Published(event.guild_id, position, event.body)
                    self._events[event.guild_id].append(published)
                    for listener in self._listeners:
                        listener.put(published)
        return True

    def alone(self, token: str, work: Callable[[], int]) -> int | None:
        return work()

    def drop(self, guild_id: int) -> None:
        with self._lock:
            self._events.pop(guild_id, None)

    def last(self, guild_id: int) -> Position:
        with self._lock:
            return Position(self._epoch, self._last[guild_id])

    def after(self, guild_id: int, offset: int, most: int) -> list[Published]:
        with self._lock:
            kept = [event for event in self._events[guild_id] if event.position.offset > offset]
        return kept[:most]

    def listen(self) -> Iterator[Published | None]:
        heard: SimpleQueue[Published] = SimpleQueue()
        with self._lock:
            self._listeners.append(heard)
        yield None
        while True:
            yield heard.get()
