"""Whom and what an entry of the audit log is about, by the ids in its details."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

# A bulk change names at most so many of its members.
MOST_MEMBERS = 20


class Subject(NamedTuple):
    """`kind`: one of KINDS; the id as the API writes it."""

    kind: str
    id: str


_OF_FIELD = {
    "user_id": "member",
    "token_id": "token",
    "incident_id": "incident",
    "alert_id": "alert",
    "channel_id": "channel",
    "appeal_id": "appeal",
}
# What `id` is the id of, by the noun of the action.
_OF_NOUN = {"tokens": "token", "exports": "export", "schedules": "schedule", "channels": "channel"}
# What a list is filtered by, where that is an id.
_OF_FILTER = {"user_id": "member", "incident": "incident"}
# Of these, before and after are who looks after something.
_OF_ACTORS = frozenset(("incidents.take", "incidents.leave"))
KINDS = sorted({*_OF_FIELD.values(), *_OF_NOUN.values()})


def subjects_of(action: str, details: Any) -> list[Subject]:
    """Each once, in the order in which they stand there; none where the details are no object."""
    if not isinstance(details, dict):
        return []
    return list(dict.fromkeys(_named(action, details)))


def _named(action: str, details: dict[str, Any]) -> Iterator[Subject]:
    for field, kind in _OF_FIELD.items():
        if isinstance(details.get(field), str):
            yield Subject(kind, details[field])
    sides = [one for one in (details.get("before"), details.get("after")) if one]
    own = _OF_NOUN.get(action.partition(".")[0])
    for part in (details, *(one for one in sides if isinstance(one, dict))):
        if own is not None and isinstance(part.get("id"), str):
            yield Subject(own, part["id"])
    words = [one for one in sides if isinstance(one, str)]
    if action in _OF_ACTORS:
        yield from (_actor(one) if _is_actor(one) else _bare_actor(one) for one in words)
    yield from _filtered(details)
    members = details.get("members")
    if isinstance(members, dict):
        yield from (Subject("member", id) for id in list(members)[:MOST_MEMBERS])


def _filtered(details: dict[str, Any]) -> Iterator[Subject]:
    """By whom and what rows that were taken out were chosen."""
    for part in (details, details.get("export")):
        filters = part.get("filters") if isinstance(part, dict) else None
        for field, kind in _OF_FILTER.items():
            if isinstance(filters, dict) and isinstance(filters.get(field), str):
                yield Subject(kind, filters[field])


def _bare_actor(id: str) -> Subject:
    """Without what it is the id of: that of a person is a number."""
    return Subject("member" if id.removeprefix("-").isdecimal() else "token", id)


def _is_actor(text: str) -> bool:
    """Who looks after an incident: `user:` or `token:`, and the id."""
    return text.partition(":")[0] in ("user", "token") and ":" in text


def _actor(text: str) -> Subject:
    kind, _, id = text.partition(":")
    return Subject("member" if kind == "user" else "token", id)
