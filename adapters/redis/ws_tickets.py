"""Tickets with which a token client opens a WebSocket: good once, for 30 seconds."""

from __future__ import annotations

from secrets import token_urlsafe

from adapters.process.cache import ProcessCache
from adapters.redis.link import RedisLink

TICKET_SECONDS = 30


class WsTickets:
    """`sealed` is what the caller proves itself by, encrypted by whoever uses this."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._local: ProcessCache[str] = ProcessCache(TICKET_SECONDS)

    def issue(self, sealed: str) -> str:
        ticket = token_urlsafe(24)
        key = _key(ticket)
        if not self._link.ask(lambda client: client.set(key, sealed, ex=TICKET_SECONDS)):
            self._local.put(key, sealed)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """What the ticket stood for; None for one that is used, too old, or none."""
        key = _key(ticket)
        found = self._link.ask(lambda client: client.getdel(key))
        if isinstance(found, bytes):
            return found.decode()
        sealed = self._local.get(key)
        self._local.drop(key)
        return sealed


def _key(ticket: str) -> str:
    return f"ws-ticket:{ticket}"
