"""The open WebSockets of this process: who they are, who may stay, and their end."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

from prometheus_client import Gauge

from api.live_socket import PING_FRAME, LiveSocket
from domain.live import Close
from services.access import Caller
from services.membership import MembershipUnknownError
from services.relay import Relay

PING_SECONDS = 30.0

OPEN_SOCKETS = Gauge("modwatch_websockets_open", "Open WebSockets", multiprocess_mode="livesum")


class LiveClient:
    """A listener of the relay. `caller` asks again who that is: None when the login is over.

    `name`: whose it is, which stays the same.
    """

    def __init__(
        self, ws: Any, out: LiveSocket, caller: Callable[[], Caller | None], name: str
    ) -> None:
        self.ws, self.out, self.caller, self.name = ws, out, caller, name
        self.guild_ids: set[int] = set()

    def push(self, frame: bytes, supersedes: str | None) -> None:
        self.out.push(frame, supersedes)

    def end(self, reason: str) -> None:
        self.out.end(Close.RESTARTING)


class LiveHub:
    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.is_open = True
        self._clients: set[LiveClient] = set()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, client: LiveClient) -> None:
        with self._lock:
            self._clients.add(client)
        OPEN_SOCKETS.inc()

    def remove(self, client: LiveClient) -> None:
        for guild_id in list(client.guild_ids):
            self.relay.unsubscribe(client, guild_id)
        with self._lock:
            if client not in self._clients:
                return
            self._clients.discard(client)
        OPEN_SOCKETS.dec()

    def connections(self, name: str, guild_id: int) -> int:
        """How many sockets of one person listen to a guild."""
        return sum(client.name == name and guild_id in client.guild_ids for client in self._all())

    def check_roles(self) -> None:
        """End logins that are over and subscriptions whose role is gone."""
        for client in self._all():
            try:
                caller = client.caller()
            except MembershipUnknownError:
                client.out.end(Close.RESTARTING)  # and it may ask again when Discord is back
                continue
            if caller is None:
                client.out.end(Close.NOT_LOGGED_IN)
            elif any(caller.role_in(guild_id) is None for guild_id in client.guild_ids):
                client.out.end(Close.NO_ROLE)

    def ping(self) -> None:
        """Ping everybody; those that did not answer the last one are gone."""
        for client in self._all():
            if not client.ws.pong_received:
                client.out.end(Close.TOO_SLOW)
            else:
                client.ws.pong_received = False
                client.out.push_frame(PING_FRAME)

    def end_all(self, code: int = Close.RESTARTING) -> None:
        for client in self._all():
            client.out.end(code)

    def shut(self, patience_seconds: float = 2.0) -> None:
        """No new sockets, and an end to the open ones: before a stop that waits for them."""
        self.is_open = False
        self.end_all()
        deadline = time.monotonic() + patience_seconds
        while self._clients and time.monotonic() < deadline:
            time.sleep(0.02)

    def _all(self) -> list[LiveClient]:
        with self._lock:
            return list(self._clients)
