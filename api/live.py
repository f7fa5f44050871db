"""`/ws`: live events of the guilds that a client subscribes to (docs/api.md, "Live events")."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from flask_sock import Sock

from adapters.event_stream import StreamAwayError
from api.answers import json_answer
from api.errors import RETRY_AFTER_SECONDS, Problem
from api.extension import parts
from api.guard import COOKIE, bearer_secret, logged_in, note_denial, public
from api.live_handover import HeldThread, Inbox, handed_over
from api.live_hub import HUB, LiveClient, LiveHub
from api.openapi import answers
from api.same_origin import is_own_origin
from domain.live import (
    MAXIMUM_MESSAGE_BYTES,
    MAXIMUM_SUBSCRIPTIONS,
    Close,
    Position,
    parse_position,
)
from schemas.answers_live import TicketAnswer
from schemas.event import parse_snowflake
from services.access import Caller
from services.membership import MembershipUnknownError

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
    proof = f"token {bearer_secret()}" if caller.kind == "api" else f"session {_cookie()}"
    ticket = parts().tickets.issue(parts().secrets.seal(proof))
    return json_answer({"ticket": ticket, "expires_in": 30})


def install_live(app: Flask, hub: LiveHub) -> None:
    app.extensions[HUB] = hub
    # Pings are the hub's (api/live_hub.py): one loop for all, not a selector per socket.
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
        if request.path == "/ws":
            _refuse_upgrade(hub)


def _refuse_upgrade(hub: LiveHub) -> None:
    origin = request.headers.get("Origin")
    if origin and not is_own_origin(origin, request.host_url, parts().settings.public_url):
        raise Problem(403, "a WebSocket must be opened by this site's own page")
    if not hub.is_open:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise Problem(503, "live events are away; poll, and come back", headers=headers)


def serve(ws: Any) -> None:
    """Open a connection; from here on it is on its own (api/live_handover.py)."""
    with handed_over(ws) as out:
        who = _who()
        try:
            caller = who()
        except MembershipUnknownError:
            return out.end(Close.RESTARTING)  # come back when Discord can say who may hear what
        if caller is None:
            return out.end(Close.NOT_LOGGED_IN)
        hub, client = _hub(), LiveClient(ws, out, who, caller.name)
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
    proof = f"session {_cookie()}"
    if ticket is not None:
        sealed = parts().tickets.redeem(ticket)
        proof = (parts().secrets.open(sealed) if sealed else None) or "none "
    kind, _, secret = proof.partition(" ")
    if not secret:
        return lambda: None
    return lambda: access.of_token(secret) if kind == "token" else access.of_session(secret)


def _cookie() -> str:
    return request.cookies.get(COOKIE, "")


def _answer(hub: LiveHub, client: LiveClient, message: str | bytes) -> None:
    if client.out.is_ending:
        return None
    try:
        body = orjson.loads(message)
        kind = body["type"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return client.refuse("bad_message", "send a JSON object with a type")
    if kind == "ping":
        return client.say({"type": "pong"})
    if kind not in ("subscribe", "unsubscribe"):
        return client.refuse("bad_message", "type is one of subscribe, unsubscribe, ping")
    try:
        guild_id = parse_snowflake(body.get("guild_id"))
        since = parse_position(body["since"]) if body.get("since") is not None else None
    except (ValueError, AttributeError, TypeError) as error:
        return client.refuse("bad_message", str(error))
    if kind == "unsubscribe":
        hub.unsubscribe(client, guild_id)
        return client.say({"type": "unsubscribed", "guild_id": str(guild_id)})
    return _subscribe(hub, client, guild_id, since)


def _subscribe(hub: LiveHub, client: LiveClient, guild_id: int, since: Position | None) -> None:
    caller = client.caller()
    if caller is None:
        return client.out.end(Close.NOT_LOGGED_IN)
    if caller.role_in(guild_id) is None:
        note_denial(caller, guild_id, "viewer")
        return client.refuse("forbidden", "you have no role in this server", guild_id)
    is_new = guild_id not in client.guild_ids
    if is_new and len(client.guild_ids) >= MAXIMUM_SUBSCRIPTIONS:
        return client.refuse("too_many", "at most 100 servers per connection", guild_id)

    try:
        if not hub.subscribe(client, guild_id, since):
            client.out.end(Close.TOO_MANY)
    except StreamAwayError:
        client.out.end(Close.RESTARTING)
    return None
