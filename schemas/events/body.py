"""The body of `POST /ingest`: JSON or newline-delimited JSON, event by event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from marshmallow import EXCLUDE, RAISE, ValidationError

from domain.clock import AHEAD_MS
from domain.windows import DAY_MS
from schemas.events.fields import load_event
from schemas.events.structs import Event, decode_event
from schemas.foreign_text import (
    ForeignTextError,
    Pause,
    lines_of,
    no_pause,
    without_halves,
    without_mark,
)

MAXIMUM_EVENTS = 5_000
# The longest that is valid has a tenth of this; an event is told what is wrong up to here.
LONGEST_EVENT_BYTES = 64 * 1024
MOST_FIELDS = 64
ERRORS_NAMED = 20
# Of a body: beyond these, finding out how many events it has would be work already.
MOST_COMMAS, MOST_LINE_ENDS = 150_000, 50_000
# Between two pauses: a valid event is read in a hundredth of the time a refused one takes, and of
# a long one the length counts.
EFFORT_AT_ONCE, CAREFUL_EFFORT, BYTES_A_STEP = 1_000, 50, 256
OLDEST_MS = 30 * DAY_MS

NO_LIST = 'the body is a list: send {"events": [...]}, or one event a line as application/x-ndjson'
ONE_EVENT = (
    'the body is one event: wrap it as {"events": [ ... ]}, or send one event a line as'
    " application/x-ndjson"
)

Errors = dict[str, Any]
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ForeignTextError)


class UnreadableBody(ValueError):
    """The body is not JSON at all."""


class InvalidBody(ValueError):
    """The body is JSON, but not of the shape asked for; `errors` says where."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("the body is not an object with a list of events")
        self.errors = errors


class AheadError(ValidationError):
    """The event lies in the future, by our clock."""

    def __init__(self, ahead_ms: int) -> None:
        super().__init__({"timestamp": ["is more than 5 minutes ahead"]})
        self.ahead_ms = ahead_ms


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that is not stored: its place in the request, its id if readable, what is wrong."""

    index: int
    id: str | None
    errors: Errors


@dataclass(slots=True)
class IngestBody:
    """`events` in order with their place in the request.

    ahead_ms: of those rejected for lying in the future, by how much
    """

    events: list[Event] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    ahead_ms: list[int] = field(default_factory=list)

    @property
    def is_all_ahead(self) -> bool:
        """All that was sent lies in the future: then somebody's clock is wrong, and no event."""
        return not self.events and 0 < len(self.rejected) == len(self.ahead_ms)


class _Envelope(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


class _OpenEnvelope(msgspec.Struct):
    events: list[msgspec.Raw]


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_open_envelope = msgspec.json.Decoder(_OpenEnvelope).decode
_decode_any: Callable[[bytes], Any] = msgspec.json.Decoder(Any).decode


def read_json(
    body: bytes, now_ms: int, *, ignore_unknown: bool = False, pause: Pause = no_pause
) -> IngestBody:
    """Events of `{"events": [...]}`. Raises UnreadableBody or InvalidBody."""
    decode = _decode_open_envelope if ignore_unknown else _decode_envelope
    try:
        body = without_halves(without_mark(body), pause)
        if body.count(b",") > MOST_COMMAS:
            raise InvalidBody({"events": [f"more than {MOST_COMMAS} commas: send fewer at once"]})
        if body.lstrip()[:1] == b"[":
            raise InvalidBody({"events": [NO_LIST]})
        raws = decode(body).events
    except msgspec.ValidationError as error:
        hint = ONE_EVENT if _is_one_event(body) else str(error)
        raise InvalidBody({"events": [hint]}) from None
    except UNREADABLE as error:
        raise UnreadableBody(f"the body is not JSON: {error}") from None
    return _read_all([bytes(raw) for raw in raws], body, now_ms, ignore_unknown, pause)


def _is_one_event(body: bytes) -> bool:
    """An object without `events` that says of what type it is; a longer one is no event."""
    if len(body) > LONGEST_EVENT_BYTES:
        return False
    try:
        value = _decode_any(body)
    except UNREADABLE:
        return False
    return isinstance(value, dict) and "events" not in value and "type" in value


def read_ndjson(
    body: bytes, now_ms: int, *, ignore_unknown: bool = False, pause: Pause = no_pause
) -> IngestBody:
    """Events of a body with one JSON object a line; blank lines do not count.

    Raises UnreadableBody or InvalidBody.
    """
    try:
        body = without_halves(without_mark(body), pause)
    except ForeignTextError as error:
        raise UnreadableBody(f"the body is not JSON: {error}") from None
    if body.count(b"\n") + body.count(b"\r") > MOST_LINE_ENDS:
        raise InvalidBody({"events": [f"more than {MOST_LINE_ENDS} lines: send fewer at once"]})
    return _read_all(lines_of(body), body, now_ms, ignore_unknown, pause)


def _read_all(
    raws: list[bytes], body: bytes, now_ms: int, ignore_unknown: bool, pause: Pause
) -> IngestBody:
    if len(raws) > MAXIMUM_EVENTS:
        raise InvalidBody({"events": [f"at most {MAXIMUM_EVENTS} events, not {len(raws)}"]})
    # An escape of NUL passes msgspec but no database.
    careful = ignore_unknown or b"\\u0000" in body
    read = IngestBody()
    effort = 0
    for index, raw in enumerate(raws):
        effort += 1
        try:
            event = None if careful else _decoded(raw)
            if event is None:
                effort += CAREFUL_EFFORT + len(raw) // BYTES_A_STEP
                event = _read_carefully(raw, ignore_unknown)
            _check_time(event, now_ms)
        except ValidationError as error:
            if isinstance(error, AheadError):
                read.ahead_ms.append(error.ahead_ms)
            read.rejected.append(Rejection(index, _id_of(raw), _messages(error)))
        else:
            read.events.append(event)
            read.indexes.append(index)
        if effort > EFFORT_AT_ONCE:
            effort = 0
            pause()
    return read


def _decoded(raw: bytes) -> Event | None:
    """The quick way; None for what the other one has to explain."""
    try:
        return decode_event(raw)
    except UNREADABLE:
        return None


def _read_carefully(raw: bytes, ignore_unknown: bool) -> Event:
    if len(raw) > LONGEST_EVENT_BYTES:
        raise ValidationError({"event": [f"longer than {LONGEST_EVENT_BYTES} bytes"]})
    try:
        value = _decode_any(raw)
    except UNREADABLE as error:
        raise ValidationError({"event": [f"is not JSON: {error}"]}) from None
    if isinstance(value, dict) and len(value) > MOST_FIELDS:
        raise ValidationError({"event": [f"has {len(value)} fields, at most {MOST_FIELDS}"]})
    return load_event(value, unknown=EXCLUDE if ignore_unknown else RAISE)


def _check_time(event: Event, now_ms: int) -> None:
    if event.timestamp > now_ms + AHEAD_MS:
        raise AheadError(event.timestamp - now_ms)
    if event.timestamp < now_ms - OLDEST_MS:
        raise ValidationError({"timestamp": ["is more than 30 days back"]})


def _messages(error: ValidationError) -> Errors:
    messages = error.messages if isinstance(error.messages, dict) else {"event": error.messages}
    return dict(islice(messages.items(), ERRORS_NAMED))


def _id_of(raw: bytes) -> str | None:
    if len(raw) > LONGEST_EVENT_BYTES:
        return None
    try:
        value = _decode_any(raw)
    except UNREADABLE:
        return None
    given = value.get("id") if isinstance(value, dict) else None
    return given if isinstance(given, str) else None
