"""What a guild wants to be told of: thresholds, quiet, and the addresses that older clients set.

These addresses are channels like any other, marked as coming from the preferences. They are
secrets: sealed when stored, masked when read back; a mask sent back leaves what it hides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from adapters.channels.base import SettingsError
from adapters.channels.mask import masked
from domain.alert_rules import EventType, Thresholds
from domain.alert_settings import LONGEST_MUTE_MS, AlertSettings
from domain.alert_words import too_short_a_silence
from domain.clock import rfc3339
from domain.messages import Priority
from domain.quiet_hours import QuietHours, minute_of_day, time_of_day
from domain.roles import Admin, Authenticated, Viewer
from models.alerts.settings import save_settings, settings_of
from models.channels.store import ChannelRow, channels_of
from models.deliveries.claims import lock_channels
from models.deliveries.dues import look_again
from models.heartbeat import heartbeat_interval_ms
from services.alerts.thresholds import evaluate_by
from services.audit.change import audited
from services.channels.addresses import ADDRESS_FIELDS, put_address, shown_address
from services.container import Parts


class PreferenceError(Exception):
    """A value that cannot be used; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQuietHours:
    """From `start` to `end` by the clock of `timezone`, as HH:MM."""

    start: str
    end: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPreferences:
    """In the order of the JSON; addresses as who asks may see them."""

    guild_id: str
    discord_webhook_url: str | None
    slack_webhook_url: str | None
    email_addresses: list[str]
    notification_threshold: str
    enabled_events: list[str]
    muted_until: str | None
    thresholds: Thresholds
    quiet_hours: ShownQuietHours | None
    heartbeat_interval_s: int | None
    warnings: list[str]


def read_preferences(parts: Parts, who: Authenticated[Viewer]) -> ShownPreferences:
    """The preferences; addresses are masked, those of mail for all but admins."""
    with parts.database.read() as connection:
        return _shown(parts, connection, who.guild_id, for_admin=_is_admin(who))


def put_preferences(
    parts: Parts, who: Authenticated[Admin], values: dict[str, Any]
) -> ShownPreferences:
    """Change any of the fields; the whole. Raises PreferenceError."""
    now_ms = parts.clock()
    muted_ms = values.get("muted_until")
    if muted_ms is not None and muted_ms > now_ms + LONGEST_MUTE_MS:
        raise PreferenceError("muted_until", "a mute lasts at most 24 hours")
    with audited(parts, who, "notification_preferences.update") as change:
        connection = change.connection
        before = _shown(parts, connection, who.guild_id, for_admin=True)
        settings = settings_of(connection, [who.guild_id])[who.guild_id]
        changed = _changed(settings, values)
        if changed != settings:
            save_settings(connection, who.guild_id, changed, now_ms)
        channels = _from_preferences(connection, who.guild_id)
        keys = [(who.guild_id, row.id) for row in channels.values()]
        lock_channels(connection, keys, skip_locked=False)
        for field in ADDRESS_FIELDS.keys() & values.keys():
            try:
                put_address(
                    parts, connection, who.guild_id, field, channels.get(field), values[field]
                )
            except SettingsError as error:
                raise PreferenceError(field, next(iter(error.errors.values()))) from None
        if changed.thresholds != settings.thresholds:
            thresholds = changed.thresholds
            evaluate_by(connection, parts.secrets, change.guilds, who.guild_id, thresholds, now_ms)
        # What a mute, quiet hours or an event that was off held back is decided again at once.
        look_again(connection, who.guild_id, now_ms)
        after = _shown(parts, connection, who.guild_id, for_admin=True)
        change.details = {"before": _logged(before, values), "after": _logged(after, values)}
        change.happened = after != before
    return after


def _is_admin(who: Authenticated[Viewer]) -> bool:
    return issubclass(who.role, Admin)


def _logged(shown: ShownPreferences, values: Collection[str]) -> dict[str, Any]:
    """The named fields for the audit log, which outlives an address: it keeps what all may see."""
    said = asdict(shown) | {"email_addresses": masked(shown.email_addresses)}
    return {name: value for name, value in said.items() if name in values}


def _changed(settings: AlertSettings, values: dict[str, Any]) -> AlertSettings:
    changes: dict[str, Any] = {}
    if "notification_threshold" in values:
        changes["threshold"] = Priority(values["notification_threshold"])
    if "enabled_events" in values:
        changes["enabled_events"] = frozenset(map(EventType, values["enabled_events"]))
    if "thresholds" in values:
        changes["thresholds"] = Thresholds(**(asdict(settings.thresholds) | values["thresholds"]))
    if "muted_until" in values:
        changes["muted_until_ms"] = values["muted_until"]
    if "quiet_hours" in values:
        changes["quiet_hours"] = _quiet_hours(values["quiet_hours"])
    return replace(settings, **changes)


def _quiet_hours(sent: dict[str, str] | None) -> QuietHours | None:
    if sent is None:
        return None
    start, end = minute_of_day(sent["start"]), minute_of_day(sent["end"])
    return QuietHours(start, end, sent["timezone"])


def _shown(
    parts: Parts, connection: Connection, guild_id: int, *, for_admin: bool
) -> ShownPreferences:
    settings = settings_of(connection, [guild_id])[guild_id]
    channels = _from_preferences(connection, guild_id)
    muted_ms = settings.muted_until_ms
    interval_ms = heartbeat_interval_ms(connection, guild_id)
    warning = too_short_a_silence(settings.thresholds.bot_offline_s, interval_ms)
    return ShownPreferences(
        guild_id=str(guild_id),
        **{
            field: shown_address(parts, field, channels.get(field), for_admin=for_admin)
            for field in ADDRESS_FIELDS
        },
        notification_threshold=settings.threshold.value,
        enabled_events=[name.value for name in EventType if name in settings.enabled_events],
        muted_until=None if muted_ms is None else rfc3339(muted_ms),
        thresholds=settings.thresholds,
        quiet_hours=_shown_quiet_hours(settings.quiet_hours),
        heartbeat_interval_s=None if interval_ms is None else round(interval_ms / 1000),
        warnings=[] if warning is None else [warning],
    )


def _shown_quiet_hours(quiet: QuietHours | None) -> ShownQuietHours | None:
    if quiet is None:
        return None
    return ShownQuietHours(
        start=time_of_day(quiet.start_minute),
        end=time_of_day(quiet.end_minute),
        timezone=quiet.zone,
    )


def _from_preferences(connection: Connection, guild_id: int) -> dict[str, ChannelRow]:
    """By the field of the preferences that made them."""
    fields = {kind: field for field, (kind, _, _) in ADDRESS_FIELDS.items()}
    rows = [row for row in channels_of(connection, [guild_id]) if row.from_preferences]
    return {fields[row.kind]: row for row in rows}
