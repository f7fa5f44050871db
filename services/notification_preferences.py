"""What a guild wants to be told of, and where.

Webhook addresses are secrets: everything is sealed when stored, and they are masked when read back.
"""

from __future__ import annotations

from typing import Any

import orjson

from domain.clock import rfc3339
from domain.roles import Admin, Authenticated
from domain.windows import DAY_MS
from models import notification as stored
from schemas.notification import EVENT_TYPES
from services.audit import audited
from services.parts import Parts

SECRETS = ("discord_webhook_url", "slack_webhook_url")
MASK = "********"
LONGEST_MUTE_MS = DAY_MS
DEFAULTS: dict[str, Any] = {
    "discord_webhook_url": None,
    "slack_webhook_url": None,
    "email_addresses": [],
    "notification_threshold": "medium",
    "enabled_events": [name for name in EVENT_TYPES if name != "new_violation"],
    "muted_until": None,
    "thresholds": {
        "health_score": 50,
        "mass_violations_count": 10,
        "mass_violations_window_s": 60,
        "bot_offline_s": 300,
        "rate_limit_pct": 10,
    },
    "quiet_hours": None,
}


class MuteTooLongError(Exception):
    """A mute of more than 24 hours."""


def read_preferences(parts: Parts, guild_id: int) -> dict[str, Any]:
    """The preferences, secrets masked but for their last four characters."""
    with parts.database.read() as connection:
        sealed = stored.preferences_of(connection, guild_id)
    return _masked(guild_id, _open(parts, sealed))


def put_preferences(
    parts: Parts, who: Authenticated[Admin], values: dict[str, Any]
) -> dict[str, Any]:
    """Change any of the fields; the whole. A masked secret sent back stays what it was."""
    muted_ms = values.get("muted_until")
    if muted_ms is not None and muted_ms > parts.clock() + LONGEST_MUTE_MS:
        raise MuteTooLongError("a mute lasts at most 24 hours")
    if muted_ms is not None:
        values = values | {"muted_until": rfc3339(muted_ms)}
    with audited(parts, who, "notification_preferences.update") as change:
        before = _open(parts, stored.preferences_of(change.connection, who.guild_id))
        sent = {name: new for name, new in values.items() if not _is_mask(name, new)}
        after = before | sent
        if "thresholds" in sent:
            after["thresholds"] = before["thresholds"] | sent["thresholds"]
        text = parts.secrets.seal(orjson.dumps(after).decode())
        stored.save_preferences(change.connection, who.guild_id, text, parts.clock())
        shown = _masked(who.guild_id, after)
        change.details = {
            "before": {name: _masked(who.guild_id, before)[name] for name in sent},
            "after": {name: shown[name] for name in sent},
        }
        change.happened = after != before
    return shown


def _open(parts: Parts, sealed: str | None) -> dict[str, Any]:
    text = None if sealed is None else parts.secrets.open(sealed)
    return DEFAULTS | (orjson.loads(text) if text else {})


def _masked(guild_id: int, preferences: dict[str, Any]) -> dict[str, Any]:
    shown = {"guild_id": str(guild_id)} | preferences
    for name in SECRETS:
        if shown[name]:
            shown[name] = MASK + shown[name][-4:]
    return shown


def _is_mask(name: str, value: object) -> bool:
    return name in SECRETS and isinstance(value, str) and value.startswith(MASK)
