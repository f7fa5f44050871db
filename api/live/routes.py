"""`/ws`: live events of the guilds that a client subscribes to (docs/api.md, "Live events")."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from flask_sock import Sock

from adapters.redis.event_stream import StreamAwayError
from api.http.answers import secret_answer
from api.http.errors import RETRY_AFTER_SECONDS, Problem
from api.http.extension import parts
from api.http.guard import (
    claimed_secret,
    logged_in,
    note_denial,
    public,
)
from api.http.same_origin import is_own_origin
from api.live.handover import HeldThread, Inbox, handed_over
from api.live.handshake import require_handshake
from api.live.hub import HUB, BotClient, LiveClient, LiveHub
from api.openapi.declare import answers
from domain.live import (
    MAXIMUM_MESSAGE_BYTES,
    MAXIMUM_SUBSCRIPTIONS,
    Close,
)
from schemas.answers.live import TicketAnswer
from schemas.live_messages import Ping, Subscribe, Unsubscribe, parse_live_message
from services.accounts.callers import TOKEN, Caller
from services.accounts.memberships import MembershipUnknownError

blueprint = Blueprint(
    "live",
    __name__,
    url_prefix="/api/v1",
    description="The way to live events: a ticket for the WebSocket at `/ws`.",
)
Who = Callable[[], Caller | None]


@blueprint.post("/ws-ticket")
@logged_in
@answers(TicketAnswer)
def ws_ticket(caller: Caller) -> Response:
    """A ticket to open `/ws?ticket=...` with: good once, for 30 seconds."""
    ticket = parts().tickets.issue(parts().secrets.seal(_proof()))
    return secret_answer({"ticket": ticket, "expires_in": 30})


def install_live(app: Flask, hub: LiveHub) -> None:
    app.extensions[HUB] = hub
    # Pings are the hub's (api/live/hub.py): one loop for all, not a selector per socket.
    app.config["SOCK_SERVER_OPTIONS"] = {
        "max_message_size": MAXIMUM_MESSAGE_BYTES,
        "thread_class": HeldThread,
        "event_class": Inbox,
    }
    sock = Sock(app)
    sock.route("/ws", endpoint="live_socket")(serve)
    public(app.view_functions["live_socket"])

    @app.before_request
    def refuse_upgrade() -> None:
        if request.path == "/ws" and request.method == "GET":
            _refuse_upgrade(hub)


def _refuse_upgrade(hub: LiveHub) -> None:
    require_handshake(request.headers)
    origin = request.headers.get("Origin")
    if origin and not is_own_origin(origin, request.host_url, parts().settings.public_url):
        raise Problem(403, "a WebSocket must be opened by this site's own page")
    if not hub.is_open:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise Problem(503, "live events are away; poll, and come back", headers=headers)


def serve(ws: Any) -> None:
    """Open a connection; from here on it is on its own (api/live/handover.py)."""
    with handed_over(ws) as out:
        who = _who()
        try:
            caller = who()
        except MembershipUnknownError:
            return out.end(Close.RESTARTING)  # come back when Discord can say who may hear what
        if caller is None:
            return out.end(Close.NOT_LOGGED_IN)
        hub = _hub()
        kind = BotClient if caller.kind == "bot" else LiveClient
        client = kind(ws, out, who, caller.name, hub.budgets)
        if not hub.add(client):
            return out.end(Close.RESTARTING)
        ws.event.on_message = partial(_answer, hub, client)
        ws.event.on_end = partial(hub.remove, client)
    return None


def _hub() -> LiveHub:
    hub: LiveHub = current_app.extensions[HUB]
    return hub


def _who() -> Who:
    """Who opened the socket; may be asked again at any time, also outside the request."""
    access = parts().access
    ticket = request.args.get("ticket")
    if ticket is None:
        proof = _proof()  # bots can send a token; pages have cookies and tickets
    else:
        sealed = parts().tickets.redeem(ticket)
        proof = (parts().secrets.open(sealed) if sealed else None) or ""
    sent_as, _, secret = proof.partition(" ")
    if not secret:
        return lambda: None
    return lambda: access.of_token(secret) if sent_as == TOKEN else access.of_session(secret)


def _proof() -> str:
    """What the request says of who sent it, as everywhere (guard.py); nothing of nobody."""
    return " ".join(claimed_secret(request) or ())


def _answer(hub: LiveHub, client: LiveClient, message: str | bytes) -> None:
    if client.out.is_ending:
        return None
    if not client.may_speak():
        client.refuse("too_fast", "too many messages: at most 10 a second, 250 at once")
        return client.out.end(Close.TOO_MANY)
    try:
        said = parse_live_message(message)
    except ValueError as error:
        return client.refuse("bad_message", str(error))
    if isinstance(said, Ping):
        return client.say({"type": "pong"})
    if isinstance(said, Unsubscribe):
        hub.unsubscribe(client, said.guild_id)
        return client.say({"type": "unsubscribed", "guild_id": str(said.guild_id)})
    return _subscribe(hub, client, said)


def _subscribe(hub: LiveHub, client: LiveClient, said: Subscribe) -> None:
    guild_id = said.guild_id
    try:
        caller = client.caller()
    except MembershipUnknownError:
        return client.out.end(Close.RESTARTING)
    if caller is None:
        return client.out.end(Close.NOT_LOGGED_IN)
    if not caller.may_hear(guild_id):
        if count := client.of_caller.note_denied(time.monotonic()):
            note_denial(caller, guild_id, "viewer", count)
        return client.refuse("forbidden", "you have no role in this server", guild_id)
    is_new = guild_id not in client.guild_ids
    if is_new and len(client.guild_ids) >= MAXIMUM_SUBSCRIPTIONS:
        return client.refuse("too_many", "at most 100 servers per connection", guild_id)

    try:
        if not hub.subscribe(client, guild_id, said.since):
            client.out.end(Close.TOO_MANY)
    except StreamAwayError:
        client.out.end(Close.RESTARTING)
    return None
