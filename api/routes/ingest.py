"""`POST /ingest`: events of a bot. 202 means they are committed."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from flask import Response, request
from flask_smorest import Blueprint

from adapters.process.turns import let_others_run
from adapters.telemetry.counts import INGESTED
from adapters.telemetry.seldom import say_seldom
from api.http.bodies import read_body, too_large
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import for_bots, note_denial
from api.openapi.declare import answers
from api.openapi.events import EVENTS
from domain.windows import MINUTE_MS
from schemas.answers.operations import IngestAnswer
from schemas.events.body import (
    IngestBody,
    InvalidBody,
    Rejection,
    UnreadableBody,
    read_json,
    read_ndjson,
)
from schemas.events.structs import bounded
from schemas.packed import unpacked
from services.accounts.callers import Caller
from services.guilds.usage import refuse_over_quota

blueprint = Blueprint(
    "ingest",
    __name__,
    url_prefix="/api/v1",
    description="Where a bot sends what it sees. 202 means that it is committed.",
)

MAXIMUM_BYTES = 5 * 1024 * 1024
READERS = {"application/json": read_json, "application/x-ndjson": read_ndjson}
DENIALS_LOGGED = 5
OUTCOMES = ("accepted", "duplicate", "rejected")
_log = structlog.get_logger()
_FOREIGN = {"guild_id": ["this token may not write for this server"]}


@blueprint.post("/ingest")
@for_bots
@answers(IngestAnswer, 202, body=EVENTS, takes=("Content-Encoding",))
def ingest(caller: Caller) -> Response:
    """Store events, each id once for ever; valid ones are stored though others are not."""
    body = _read_events()
    _refuse_foreign(body, caller)
    everything_refused = bool(body.rejected) and not body.events
    if everything_refused:
        _say_whose_clock_may_be_wrong(body)
        _count(0, 0, len(body.rejected))
        foreign = all(one.errors == _FOREIGN for one in body.rejected)
        detail = "this token may not write for these servers" if foreign else "no event is valid"
        # Of every event, for the sender puts them aside by their place.
        errors = {str(one.index): one.errors for one in body.rejected}
        raise Problem(403 if foreign else 422, detail, errors)
    modwatch = parts()
    _refuse_over_quota(caller, body)
    done = modwatch.ingest.run(body.events, modwatch.clock())
    if done.guild_ids:
        modwatch.after_ingest()
    rejected = sorted(body.rejected, key=lambda one: one.index)
    _count(done.accepted, done.duplicates, len(rejected))
    answer = {
        "accepted": done.accepted,
        "duplicates": done.duplicates,
        "rejected": [_rejection(one) for one in rejected],
    }
    if warnings := modwatch.unread_actions.warnings(caller.token_id, body.events):
        answer["warnings"] = warnings
    return Response(orjson.dumps(answer), 202, content_type="application/json")


def _refuse_over_quota(caller: Caller, body: IngestBody) -> None:
    """For tokens that people made; the operator's own have no quota."""
    if caller.maker_id is None:
        return
    for guild_id in sorted({event.guild_id for event in body.events}):
        refuse_over_quota(parts(), guild_id)


def _say_whose_clock_may_be_wrong(body: IngestBody) -> None:
    """Where that is ours, all bots are refused for good, and look silent besides."""
    if body.is_all_ahead:
        minutes = min(body.ahead_ms) // MINUTE_MS
        words = f"the server's clock seems to be {minutes} min behind the bots'"
        say_seldom(_log.warning, "clock_behind", words=words, minutes=minutes)


def _count(accepted: int, duplicates: int, rejected: int) -> None:
    for outcome, number in zip(OUTCOMES, (accepted, duplicates, rejected), strict=True):
        if number:
            INGESTED.labels(outcome).inc(number)


def _read_events() -> IngestBody:
    read = READERS.get(request.mimetype)
    if read is None:
        raise Problem(415, f"send {' or '.join(READERS)}")
    ignore_unknown = bool(request.environ.get("modwatch.unversioned"))
    try:
        return read(_body(), parts().clock(), ignore_unknown=ignore_unknown, pause=let_others_run)
    except UnreadableBody as error:
        raise Problem(400, str(error)) from None
    except InvalidBody as error:
        raise Problem(422, str(error), error.errors) from None


def _body() -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Problem(415, "the body may be compressed by gzip only")
    body = read_body(MAXIMUM_BYTES)
    if encoding == "gzip":
        body = _unpacked(body)
    if len(body) > MAXIMUM_BYTES:
        raise too_large(MAXIMUM_BYTES)
    return body


def _unpacked(body: bytes) -> bytes:
    try:
        return unpacked(body, MAXIMUM_BYTES + 1)
    except ValueError as error:
        raise Problem(400, f"the body is not gzip: {error}") from None


def _refuse_foreign(body: IngestBody, caller: Caller) -> None:
    if caller.covers_all:
        return
    kept = []
    foreign: set[int] = set()
    for event, index in zip(body.events, body.indexes, strict=True):
        if caller.may_ingest(event.guild_id):
            kept.append(bounded(event))
        else:
            foreign.add(event.guild_id)
            body.rejected.append(Rejection(index, str(event.id), _FOREIGN))
    body.events = kept
    for guild_id in sorted(foreign)[:DENIALS_LOGGED]:
        note_denial(caller, guild_id, "bot")


def _rejection(one: Rejection) -> dict[str, Any]:
    return {"index": one.index, "id": one.id, "errors": one.errors}
