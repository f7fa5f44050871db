"""The protocol of `/ws`, as clients speak it that are not ours: a library's, and a browser's."""

from __future__ import annotations

import httpx
import orjson
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from adapters.redis import event_stream
from adapters.redis.event_stream import Added, EventStream, LiveEvent
from adapters.redis.link import RedisLink
from api.live.budgets import SOCKET_MESSAGES
from domain.live import MAXIMUM_MESSAGE_BYTES, MAXIMUM_SUBSCRIPTIONS
from services.live.incarnation import DatabaseIncarnation
from tests.live.site import Site
from tests.live.sockets import LibrarySockets, Socket, Sockets
from tests.live.speech import (
    check_five_connections,
    check_subscribe_and_resume,
    events,
    ids,
    subscribe,
)
from tests.parts import JsonObject, until


def test_subscribe_and_resume(site: Site, sockets: Sockets) -> None:
    check_subscribe_and_resume(site, sockets)


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
        {"type": "subscribe", "guild_id": str(guild), "since": {"a": 1}},
        {"type": "subscribe", "guild_id": {"a": 1}},
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


def test_who_says_too_much_is_told_so_and_ended(site: Site, sockets: Sockets) -> None:
    socket = sockets.open(site.address(site.token(site.guild())))
    pongs = 0
    for _ in range(int(2 * SOCKET_MESSAGES)):
        socket.send({"type": "ping"})
    while (answer := socket.receive()) == {"type": "pong"}:
        pongs += 1
    assert isinstance(answer, dict)
    assert answer["code"] == "too_fast"
    assert socket.receive() == 4029
    assert SOCKET_MESSAGES <= pongs < 2 * SOCKET_MESSAGES


def test_who_does_not_read_is_ended_and_resumes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a browser there is no way not to read."""
    # Kernels hold more than a stream keeps: this one keeps it all.
    monkeypatch.setattr(event_stream, "KEPT_BYTES", 64 * 1024 * 1024)
    guild, quiet, sockets = site.guild(), site.guild(), LibrarySockets()
    socket, witness = (sockets.open(site.address(site.token(guild, quiet))) for _ in range(2))
    subscribe(socket, guild)
    subscribe(witness, quiet)
    publish(site, guild, range(1, 41), "x" * 500_000)  # more than kernels and queues hold
    publish(site, quiet, range(1, 2), "x")
    # They are handed out in this order: who hears of the last knows that all are on their way.
    assert hear(witness, 1)[0] == [1]
    got, last = hear(socket)
    assert 0 < len(got) < 40
    while len(got) < 40:  # a replay may be too much for it again: each brings it further
        # With a token of its own each time: what one caller has replayed has a budget.
        socket = sockets.open(site.address(site.token(guild)))
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
    stream = EventStream(link, DatabaseIncarnation(site.database))
    for offset in offsets:
        data = {"id": offset, "fill": fill}
        body = orjson.dumps({"type": "violation", "timestamp": "t", "data": data})
        assert stream.add([LiveEvent(guild, offset, body)]) is Added.DONE
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
    until(lambda: live_state(site) == "away", 60, "the word that live events are away")
    with pytest.raises(InvalidStatus) as refused:
        connect(address, legacy=True)
    assert refused.value.response.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    site.valkey.start()
    until(lambda: live_state(site) == "up", 60, "live events again")
    socket = sockets.open(site.address(token))
    assert subscribe(socket, guild)["type"] == "subscribed"
    sent = site.ingest(guild)
    assert ids(events(socket, 1)) == sent


def live_state(site: Site) -> str:
    """None while it is not ready: what that takes is loaded when it is asked for first."""
    answer = httpx.get(f"{site.url}/health/ready", timeout=60)
    return str(answer.json().get("live_events"))
