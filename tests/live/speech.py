"""What a client says to `/ws` and hears from it; and checks that hold with Redis and without."""

from __future__ import annotations

from typing import Any

from schemas.events.live import LIVE_EVENTS
from tests.live.site import Site
from tests.live.sockets import Socket, Sockets
from tests.parts import JsonObject, until


def subscribe(socket: Socket, guild_id: int, since: str | None = None) -> Any:
    """What the server says to it; None for `since` is not sent."""
    message = {"type": "subscribe", "guild_id": str(guild_id)}
    socket.send(message | ({"since": since} if since else {}))
    return answer(socket)


def answer(socket: Socket) -> Any:
    """The next message that is no event, or the close code."""
    while True:
        message = socket.receive()
        if not isinstance(message, dict) or message["type"] not in LIVE_EVENTS:
            return message


def events(socket: Socket, violations: int) -> list[JsonObject]:
    """What comes up to so many violations: without workers the process sends updates as well."""
    found: list[JsonObject] = []
    while len(ids(found)) < violations:
        message = socket.receive()
        assert isinstance(message, dict)
        assert LIVE_EVENTS[message["type"]]().validate(message) == {}
        found.append(message)
    return found


def ids(found: list[JsonObject]) -> list[str]:
    return [event["data"]["id"] for event in found if event["type"] == "violation"]


def check_subscribe_and_resume(site: Site, sockets: Sockets) -> None:
    guild = site.guild()
    token = site.token(guild)
    socket = sockets.open(site.address(token))
    begun = subscribe(socket, guild)
    assert begun.items() >= {"type": "subscribed", "guild_id": str(guild)}.items()
    assert begun["recovered"] is True
    sent = site.ingest(guild, 3)
    first = events(socket, 3)
    assert ids(first) == sent
    places = [event["id"].rpartition(":") for event in [{"id": begun["position"]}, *first]]
    assert len({epoch for epoch, _, _ in places}) == 1
    offsets = [int(offset) for _, _, offset in places]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
    socket.close()

    missed = site.ingest(guild, 40)
    socket = sockets.open(site.address(token))
    second = next(event for event in first if event["data"].get("id") == sent[1])
    again = subscribe(socket, guild, second["id"])
    assert again["recovered"] is True
    assert ids(events(socket, 41)) == sent[2:] + missed
    now = site.ingest(guild)
    assert ids(events(socket, 1)) == now
    # Where nothing was missed nothing comes; from a place that is none, no more than is true.
    assert subscribe(socket, guild, again["position"])["recovered"] is True
    assert ids(events(socket, 1)) == now
    assert subscribe(socket, guild, "0123456789ab:1")["recovered"] is False
    socket.send({"type": "unsubscribe", "guild_id": str(guild)})
    assert answer(socket) == {"type": "unsubscribed", "guild_id": str(guild)}
    site.ingest(guild)
    socket.send({"type": "ping"})
    assert socket.receive() == {"type": "pong"}


def check_five_connections(site: Site, sockets: Sockets, processes: list[int]) -> None:
    guild = site.guild()
    token = site.token(guild)
    *most, one_more = [sockets.open(site.address(token, process)) for process in processes]
    for socket in most:
        assert subscribe(socket, guild)["type"] == "subscribed"
    assert subscribe(one_more, guild) == 4029
    # Somebody else may, and the same person as soon as there is room.
    assert subscribe(sockets.open(site.address(site.token(guild))), guild)["type"] == "subscribed"
    most[0].close()

    def is_let_in() -> bool:
        answer = subscribe(sockets.open(site.address(token, processes[-1])), guild)
        return isinstance(answer, dict) and answer["type"] == "subscribed"

    until(is_let_in, 60, "room for another")
