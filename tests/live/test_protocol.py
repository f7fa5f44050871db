"""The protocol of `/ws`, as clients speak it that are not ours: a library's, and a browser's."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from adapters.event_stream import EventStream, LiveEvent
from adapters.redis_link import RedisLink
from domain.live import MAXIMUM_CONNECTIONS, MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS
from schemas.live_events import LIVE_EVENTS
from tests.live.site import Site
from tests.live.sockets import LibrarySockets, Socket, Sockets
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


def test_subscribe_and_resume(site: Site, sockets: Sockets) -> None:
    check_subscribe_and_resume(site, sockets)


def test_without_redis_it_is_the_same(site_alone: Site) -> None:
    sockets = LibrarySockets()
    check_subscribe_and_resume(site_alone, sockets)
    check_five_connections(site_alone, sockets, [0] * (MAXIMUM_CONNECTIONS + 1))
    sockets.close()


def test_what_is_no_message_is_told_so(site: Site, sockets: Sockets) -> None:
    guild, other = site.guild(), site.guild()
    socket = sockets.open(site.address(site.token(guild)))
    nonsense: list[JsonObject | str] = [
        "{",
        "[]",
        "7",
        '"x"',
        {"type": "no"},
        {"type": "subscribe"},
        {"type": "subscribe", "guild_id": "x"},
        {"type": "subscribe", "guild_id": str(guild), "since": "x"},
        {"type": "subscribe", "guild_id": str(guild), "since": 7},
        {"type": ["ping"]},
    ]
    for message in nonsense:
        socket.send(message)
        answer = socket.receive()
        assert isinstance(answer, dict)
        assert (answer["type"], answer["code"]) == ("error", "bad_message"), message
    denied = subscribe(socket, other)
    assert (denied["code"], denied["guild_id"]) == ("forbidden", str(other))
    socket.send({"type": "ping"})
    assert socket.receive() == {"type": "pong"}


def test_a_hundred_subscriptions_and_no_more(site: Site, sockets: Sockets) -> None:
    guilds = [site.guild() for _ in range(MAXIMUM_SUBSCRIPTIONS + 1)]
    socket = sockets.open(site.address(site.token(*guilds)))
    for guild in guilds[:-1]:
        assert subscribe(socket, guild)["type"] == "subscribed"
    assert subscribe(socket, guilds[-1])["code"] == "too_many"
    assert subscribe(socket, guilds[0])["type"] == "subscribed"
    socket.send({"type": "unsubscribe", "guild_id": str(guilds[0])})
    socket.receive()
    assert subscribe(socket, guilds[-1])["type"] == "subscribed"


def test_a_message_may_have_64_kib(site: Site, sockets: Sockets) -> None:
    socket = sockets.open(site.address(site.token(site.guild())))
    socket.send('{"type": "ping"}'.ljust(MAXIMUM_MESSAGE_BYTES))
    assert socket.receive() == {"type": "pong"}
    socket.send('{"type": "ping"}'.ljust(MAXIMUM_MESSAGE_BYTES + 1))
    assert socket.receive() == 1009


def test_a_ticket_is_good_once(site: Site, sockets: Sockets) -> None:
    guild = site.guild()
    address = site.address(site.token(guild))
    assert subscribe(sockets.open(address), guild)["type"] == "subscribed"
    assert sockets.open(address).receive() == 4001


def test_without_a_login_it_closes(site: Site, sockets: Sockets) -> None:
    assert sockets.open(site.url.replace("http", "ws") + "/ws").receive() == 4001


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

    until(is_let_in, 30, "room for another")


def test_five_connections_over_all_processes(site: Site, sockets: Sockets) -> None:
    check_five_connections(site, sockets, [0, 0, 0, 1, 1, 1])


def test_a_role_that_is_gone_ends_it(site: Site, sockets: Sockets) -> None:
    stays, goes = site.guild(), site.guild()
    token = site.token(stays, goes)
    socket = sockets.open(site.address(token))
    for guild in (stays, goes):
        subscribe(socket, guild)
    site.take_guild(token, goes)
    told = socket.receive()
    assert isinstance(told, dict)
    assert (told["code"], told["guild_id"]) == ("forbidden", str(goes))
    assert socket.receive() == 4003
    socket = sockets.open(site.address(token))
    assert subscribe(socket, goes)["code"] == "forbidden"
    assert subscribe(socket, stays)["type"] == "subscribed"


def test_a_login_that_is_over_ends_it(site: Site, sockets: Sockets) -> None:
    guild = site.guild()
    token = site.token(guild)
    socket = sockets.open(site.address(token))
    subscribe(socket, guild)
    site.revoke(token)
    assert socket.receive() == 4001


def test_a_restart_ends_it_and_nothing_is_missing(site: Site, sockets: Sockets) -> None:
    guild = site.guild()
    token = site.token(guild)
    socket = sockets.open(site.address(token, 1))
    begun = subscribe(socket, guild)
    site.processes[1].end()
    assert socket.receive() == 1012
    missed = site.ingest(guild, 2)
    site.processes[1].start()
    site.processes[1].wait_until_up()
    socket = sockets.open(site.address(token, 1))
    assert subscribe(socket, guild, begun["position"])["recovered"] is True
    assert ids(events(socket, 2)) == missed


def test_who_does_not_read_is_ended_and_resumes(site: Site) -> None:
    """For a browser there is no way not to read."""
    guild, sockets = site.guild(), LibrarySockets()
    token = site.token(guild)
    socket = sockets.open(site.address(token))
    subscribe(socket, guild)
    publish(site, guild, range(1, 41), "x" * 500_000)  # more than kernels and queues hold
    got, last = hear(socket)
    assert 0 < len(got) < 40
    while len(got) < 40:  # a replay may be too much for it again: each brings it further
        socket = sockets.open(site.address(token))
        assert subscribe(socket, guild, last)["recovered"] is True
        more, last = hear(socket, 40 - len(got))
        assert more
        got += more
    assert got == list(range(1, 41))
    sockets.close()


def hear(socket: Socket, most: int = 1_000) -> tuple[list[int], str]:
    """The events up to the end of the connection, or so many; and where the last one was."""
    got: list[int] = []
    last = ""
    while len(got) < most:
        message = socket.receive()
        if not isinstance(message, dict):
            assert message == 4008
            break
        got.append(message["data"]["id"])
        last = message["id"]
    return got, last


def publish(site: Site, guild: int, offsets: range, fill: str) -> None:
    """Straight into the stream of a guild that has no other events."""
    assert site.valkey is not None
    link = RedisLink(site.valkey.url)
    for offset in offsets:
        data = {"id": offset, "fill": fill}
        body = orjson.dumps({"type": "violation", "timestamp": "t", "data": data})
        assert EventStream(link).add([LiveEvent(guild, offset, body)])
    link.close()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_foreign_origin_is_refused(site: Site, origin: str) -> None:
    """A browser's own refusal is in tests/cross_site."""
    address = site.address(site.token(site.guild()))
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin=Origin(origin), legacy=True)
    assert refused.value.response.status_code == 403
    with connect(address, origin=Origin(site.url)):
        pass


def test_without_valkey_it_is_refused_until_it_is_back(site: Site, sockets: Sockets) -> None:
    assert site.valkey is not None
    guild = site.guild()
    token = site.token(guild)
    socket = sockets.open(site.address(token))
    subscribe(socket, guild)
    address = site.address(token)
    site.valkey.stop()
    assert socket.receive() == 1012
    until(lambda: live_state(site) == "away", 30, "the word that live events are away")
    with pytest.raises(InvalidStatus) as refused:
        connect(address, legacy=True)
    assert refused.value.response.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    site.valkey.start()
    until(lambda: live_state(site) == "up", 30, "live events again")
    socket = sockets.open(site.address(token))
    assert subscribe(socket, guild)["type"] == "subscribed"
    sent = site.ingest(guild)
    assert ids(events(socket, 1)) == sent


def live_state(site: Site) -> str:
    answer = httpx.get(f"{site.url}/health/ready", timeout=30)
    assert answer.status_code == 200
    return str(answer.json()["live_events"])
