"""The open WebSockets of this process: who they are, who may stay, and their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import orjson
from prometheus_client import Gauge

from adapters.process.turns import let_others_run
from adapters.redis.live_limit import LiveLimit
from api.live.budgets import Budgets
from api.live.socket import (
    DRAIN_SECONDS,
    LINGER_SECONDS,
    PING_FRAME,
    LiveSocket,
    text_frame,
)
from domain.live import Close, Position
from services.accounts.callers import Caller
from services.accounts.memberships import MembershipUnknownError
from services.live.relay import Relay, Subscribed

HUB = "modwatch_live"  # where the application keeps it
PING_SECONDS = 30.0
AT_ONCE = 50  # sockets looked at without a pause

OPEN_SOCKETS = Gauge("modwatch_websockets_open", "Open WebSockets", multiprocess_mode="livesum")


class LiveClient:
    """A listener of the relay. `caller` asks again who that is: None when the login is over.

    `name`: whose it is, which stays the same. `is_looking`: whether it is shown figures.
    """

    is_looking = True
    __slots__ = (
        "caller",
        "ending_since",
        "guild_ids",
        "messages",
        "name",
        "next_ping",
        "of_caller",
        "out",
        "ws",
    )

    def __init__(
        self,
        ws: Any,
        out: LiveSocket,
        caller: Callable[[], Caller | None],
        name: str,
        budgets: Budgets,
    ) -> None:
        self.ws, self.out, self.caller, self.name = ws, out, caller, name
        self.messages, self.of_caller = budgets.of_socket(), budgets.of_caller(name)
        self.guild_ids: set[int] = set()
        self.next_ping = time.monotonic() + PING_SECONDS
        self.ending_since: float | None = None

    def may_speak(self) -> bool:
        """Whether one more message is within what this socket and its caller may send."""
        return self.messages.spend() and self.of_caller.messages.spend()

    def push(self, frame: bytes, supersedes: str | None) -> None:
        self.out.push(frame, supersedes)

    def say(self, message: dict[str, Any]) -> None:
        self.out.push(text_frame(orjson.dumps(message)))

    def refuse(self, code: str, message: str, guild_id: int | None = None) -> None:
        about = {} if guild_id is None else {"guild_id": str(guild_id)}
        self.say({"type": "error", "code": code, "message": message} | about)

    def end(self, reason: str) -> None:
        self.out.end(Close.RESTARTING)


class BotClient(LiveClient):
    """A bot: it hears of decisions for it, and of nothing that members did."""

    is_looking = False
    __slots__ = ()

    def push(self, frame: bytes, supersedes: str | None) -> None:
        # Within a text the quotes would be escaped.
        if b'"type":"bot_change"' in frame:
            super().push(frame, supersedes)


class LiveHub:
    def __init__(self, relay: Relay, limit: LiveLimit) -> None:
        self.relay, self.limit, self.budgets = relay, limit, Budgets()
        self.is_open = True
        self._clients: set[LiveClient] = set()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, client: LiveClient) -> bool:
        """Whether it may stay: not when everybody was ended since it asked to come in."""
        with self._lock:
            if self.is_open:
                self._clients.add(client)
                OPEN_SOCKETS.inc()
            return self.is_open

    def remove(self, client: LiveClient) -> None:
        with self._lock:
            if client not in self._clients:
                return
            self._clients.discard(client)
            OPEN_SOCKETS.dec()
        for guild_id in list(client.guild_ids):
            self.unsubscribe(client, guild_id)

    def subscribe(self, client: LiveClient, guild_id: int, since: Position | None) -> bool:
        """False where the person has too many sockets on the guild. Raises StreamAwayError."""

        def confirm(done: Subscribed) -> None:
            said = {"type": "subscribed", "guild_id": str(guild_id)}
            client.say(said | {"position": str(done.position), "recovered": done.recovered})

        if not self.limit.enter(client.name, guild_id, client):
            return False
        client.guild_ids.add(guild_id)
        self.relay.subscribe(client, guild_id, since, confirm, client.of_caller.replays)
        return True

    def unsubscribe(self, client: LiveClient, guild_id: int) -> None:
        client.guild_ids.discard(guild_id)
        self.relay.unsubscribe(client, guild_id)
        self.limit.leave(client.name, guild_id, client)

    def looked_at(self) -> set[int]:
        """Guilds of which somebody has a page open; bots listen all day and look at nothing."""
        return {id for one in self._gently() if one.is_looking for id in list(one.guild_ids)}

    def check_roles(self) -> None:
        """End logins that are over and subscriptions whose role is gone."""
        for client in self._gently():
            try:
                caller = client.caller()
            except MembershipUnknownError:
                client.out.end(Close.RESTARTING)  # and it may ask again when Discord is back
                continue
            if caller is None:
                client.out.end(Close.NOT_LOGGED_IN)
            elif lost := [id for id in client.guild_ids if not caller.may_hear(id)]:
                for guild_id in lost:  # the code of the end does not say which
                    client.refuse("forbidden", "you have no role in this server", guild_id)
                client.out.end(Close.NO_ROLE)

    def ping(self) -> None:
        """Ping whose time it is; those that did not answer the last one are gone.

        Those that do not hang up when they are told to are cut off.
        """
        now = time.monotonic()
        for client in self._gently():
            if client.out.is_ending:
                if client.ending_since is None:
                    client.ending_since = now
                elif now - client.ending_since > LINGER_SECONDS + DRAIN_SECONDS:
                    client.out.cut()
                continue
            if client.next_ping > now:
                continue
            if not client.ws.pong_received:
                client.out.end(Close.TOO_SLOW)
            client.ws.pong_received = False
            client.next_ping = now + PING_SECONDS
            client.out.push(PING_FRAME)

    def away(self) -> None:
        """Events cannot be heard: no new sockets, and the open ones have to come back."""
        with self._lock:
            self.is_open = False
        self.relay.end_everything()
        self.end_all()

    def end_all(self, code: int = Close.RESTARTING) -> None:
        for client in self._all():
            client.out.end(code)

    def shut(self, patience_seconds: float = 2.0) -> None:
        """No new sockets, and an end to the open ones: before a stop that waits for them."""
        self.away()
        self.limit.close()
        deadline = time.monotonic() + patience_seconds
        while self._clients and time.monotonic() < deadline:
            time.sleep(0.02)

    def _all(self) -> list[LiveClient]:
        with self._lock:
            return list(self._clients)

    def _gently(self) -> Iterator[LiveClient]:
        """Everybody, letting others have their turn in between."""
        for place, client in enumerate(self._all(), 1):
            yield client
            if place % AT_ONCE == 0:
                let_others_run()
