"""The body of `POST /ingest`: JSON or newline-delimited JSON, event by event."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from marshmallow import EXCLUDE, RAISE, ValidationError

from domain.windows import DAY_MS, MINUTE_MS
from schemas.event import Event, decode_event
from schemas.event_fields import load_event

MAXIMUM_EVENTS = 5_000
OLDEST_MS = 30 * DAY_MS
AHEAD_MS = 5 * MINUTE_MS

Errors = dict[str, Any]


class UnreadableBody(ValueError):
    """The body is not JSON at all."""


class InvalidBody(ValueError):
    """The body is JSON, but not of the shape asked for; `errors` says where."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("the body is not a list of events")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that is not stored: its place in the request, its id if readable, what is wrong."""

    index: int
    id: str | None
    errors: Errors


@dataclass(slots=True)
class IngestBody:
    """`events` in order with their place in the request."""

    events: list[Event] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


class _OpenEnvelope(msgspec.Struct):
    events: list[msgspec.Raw]


# Escapes of characters, pairs of them first: what is left of D800 to DFFF is half of one.
_ESCAPES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_open_envelope = msgspec.json.Decoder(_OpenEnvelope).decode
_decode_any: Callable[[bytes], Any] = msgspec.json.Decoder(Any).decode


def read_json(body: bytes, now_ms: int, *, ignore_unknown: bool = False) -> IngestBody:
    """Events of `{"events": [...]}`. Raises UnreadableBody or InvalidBody."""
    decode = _decode_open_envelope if ignore_unknown else _decode_envelope
    body = _without_halves(body)
    try:
        raws = decode(body).events
    except msgspec.ValidationError as error:
        raise InvalidBody({"events": [str(error)]}) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableBody(f"the body is not JSON: {error}") from None
    return _read_all([bytes(raw) for raw in raws], body, now_ms, ignore_unknown)


def read_ndjson(body: bytes, now_ms: int, *, ignore_unknown: bool = False) -> IngestBody:
    """Events of a body with one JSON object a line; blank lines do not count."""
    body = _without_halves(body)
    lines = [line for line in body.splitlines() if line.strip()]
    return _read_all(lines, body, now_ms, ignore_unknown)


def _read_all(raws: list[bytes], body: bytes, now_ms: int, ignore_unknown: bool) -> IngestBody:
    if len(raws) > MAXIMUM_EVENTS:
        raise InvalidBody({"events": [f"at most {MAXIMUM_EVENTS} events, not {len(raws)}"]})
    # An escape of NUL passes msgspec but no database.
    careful = ignore_unknown or b"\\u0000" in body
    read = IngestBody()
    for index, raw in enumerate(raws):
        try:
            event = _read_carefully(raw, ignore_unknown) if careful else _read_one(raw)
            _check_time(event, now_ms)
        except ValidationError as error:
            read.rejected.append(Rejection(index, _id_of(raw), _messages(error)))
        else:
            read.events.append(event)
            read.indexes.append(index)
    return read


def _without_halves(body: bytes) -> bytes:
    """Half a surrogate pair (text cut inside an emoji) as NUL, which its event is rejected for.

    JSON has such escapes, msgspec refuses them: the whole body would be lost for one of them.
    """
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPES.sub(lambda found: b"\\u0000" if found[1] else found[0], body)


def _read_one(raw: bytes) -> Event:
    try:
        return decode_event(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_carefully(raw, False)


def _read_carefully(raw: bytes, ignore_unknown: bool) -> Event:
    try:
        value = _decode_any(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValidationError({"event": [f"is not JSON: {error}"]}) from None
    return load_event(value, unknown=EXCLUDE if ignore_unknown else RAISE)


def _check_time(event: Event, now_ms: int) -> None:
    if event.timestamp > now_ms + AHEAD_MS:
        raise ValidationError({"timestamp": ["is more than 5 minutes ahead"]})
    if event.timestamp < now_ms - OLDEST_MS:
        raise ValidationError({"timestamp": ["is more than 30 days back"]})


def _messages(error: ValidationError) -> Errors:
    return error.messages if isinstance(error.messages, dict) else {"event": error.messages}


def _id_of(raw: bytes) -> str | None:
    try:
        value = _decode_any(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    given = value.get("id") if isinstance(value, dict) else None
    return given if isinstance(given, str) else None
