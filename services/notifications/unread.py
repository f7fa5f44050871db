"""How many notifications a reader has not read, known for moments: each overview asks for it."""

from __future__ import annotations

from collections.abc import Callable

from adapters.database import Database
from adapters.process.cache import ProcessCache
from adapters.process.single_flight import SingleFlight
from models.notifications.tables import count_unread

FRESH_SECONDS = 3.0


class UnreadCounts:
    """Forgotten where a reader reads something in this process; elsewhere after `FRESH_SECONDS`."""

    def __init__(self, database: Database, timer: Callable[[], float]) -> None:
        self._database, self._timer = database, timer
        self._known: ProcessCache[tuple[int, float]] = ProcessCache()
        self._flights: SingleFlight[int] = SingleFlight()

    def local(self, guild_id: int, reader: str) -> int | None:
        """What this process knows, if it may still be used."""
        known = self._known.get((guild_id, reader))
        return known[0] if known is not None and self._timer() < known[1] else None

    def of(self, guild_id: int, reader: str) -> int:
        count = self.local(guild_id, reader)
        if count is not None:
            return count
        key = (guild_id, reader)
        return self._flights.run(
            key,
            lambda: self._count(guild_id, reader),
            lambda found: self._known.put(key, (found, self._timer() + FRESH_SECONDS)),
        )

    def forget(self, guild_id: int, reader: str) -> None:
        self._flights.detach(lambda key: key == (guild_id, reader))
        self._known.drop((guild_id, reader))

    def _count(self, guild_id: int, reader: str) -> int:
        with self._database.read() as connection:
            return count_unread(connection, guild_id, reader)
