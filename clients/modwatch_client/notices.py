"""Word from the server that there are changes, over its WebSocket with the bot token.

Only a word: what the changes are is asked for as always, so a notice that is lost, or comes twice,
costs nothing. Needs the package `websockets` (`modwatch-client[live]`); without it there is none.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from modwatch_client.answers import Kind
from modwatch_client.backoff import Backoff, RetryPolicy
from modwatch_client.errors import ModwatchError

try:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import ClientConnection, connect
except ImportError:  # polling alone, then
    IS_HAD = False
else:
    IS_HAD = True

MOST_GUILDS = 100  # of one connection, as the server has it
OPEN_SECONDS = 10.0
LOOK_SECONDS = 15.0  # after which the bot may have joined another server
LARGEST_BYTES = 64 * 1024
GuildIds = Callable[[], Iterable[int | str]]
_log = logging.getLogger("modwatch")


class Notices(threading.Thread):
    """Calls `on_notice`, from this thread, whenever there may be changes; comes back for ever."""

    def __init__(
        self, url: httpx.URL, token: str, guild_ids: GuildIds, on_notice: Callable[[], None]
    ) -> None:
        super().__init__(name="modwatch-notices", daemon=True)
        scheme = "wss" if url.scheme == "https" else "ws"
        self._address = str(url.copy_with(scheme=scheme, path=f"{url.path.rstrip('/')}/ws"))
        self._token, self._guild_ids, self._on_notice = token, guild_ids, on_notice
        self._stopped = threading.Event()
        self._socket: Any = None
        # Whether all guilds are listened to: then asking again and again is needless.
        self.covers_all = False

    def run(self) -> None:
        backoff = Backoff(RetryPolicy())
        while IS_HAD and not self._stopped.is_set():
            try:
                self._listen(backoff)
            except WebSocketException as error:
                _log.info("no notices from Modwatch for now: %s", error)
            except (OSError, ValueError, KeyError, TypeError, RuntimeError, ModwatchError) as error:
                # Away, something else than Modwatch, or servers that cannot be asked for just now.
                _log.info("no notices from Modwatch for now: %s", type(error).__name__)
            self.covers_all, self._socket = False, None
            self._stopped.wait(backoff.wait_seconds(Kind.LATER, None))

    def stop(self) -> None:
        """Does not wait for the thread: it is told, and its socket is closed."""
        self._stopped.set()
        if (socket := self._socket) is not None:
            threading.Thread(target=socket.close, daemon=True).start()

    def _listen(self, backoff: Backoff) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        with connect(
            self._address,
            additional_headers=headers,
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            max_size=LARGEST_BYTES,
            proxy=None,
        ) as socket:
            self._socket = socket
            wanted: set[str] = set()
            heard: set[str] = set()
            self._subscribe(socket, wanted)
            while not self._stopped.is_set():
                try:
                    said = json.loads(socket.recv(LOOK_SECONDS))
                except TimeoutError:
                    self._subscribe(socket, wanted)
                else:
                    self._hear(said, heard)
                    backoff.reset()
                self.covers_all = bool(wanted) and heard >= wanted

    def _subscribe(self, socket: ClientConnection, wanted: set[str]) -> None:
        new = sorted({str(id) for id in self._guild_ids()} - wanted)
        for guild_id in new[: max(MOST_GUILDS - len(wanted), 0)]:
            socket.send(json.dumps({"type": "subscribe", "guild_id": guild_id}))
        wanted.update(new)

    def _hear(self, said: Any, heard: set[str]) -> None:
        """What was decided before the first word is there to be asked for as well."""
        if said["type"] == "subscribed":
            heard.add(said["guild_id"])
            self._on_notice()
        elif said["type"] == "bot_change" and said["data"]["state"] == "waiting":
            self._on_notice()
