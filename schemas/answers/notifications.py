"""Answers about notifications and what a server wants to be told of."""

from __future__ import annotations

from marshmallow import fields

from schemas.answers.common import (
    Answer,
    count,
    flag,
    many,
    moment,
    one_of,
    snowflake,
    text,
    username,
    uuid,
    whole,
)
from schemas.notification import EVENT_TYPES

AT = "2026-03-18T10:12:44.120Z"
PRIORITIES = ("low", "medium", "high", "critical")


class NotificationFields(Answer):
    id = uuid("3f1d7f0e-7a0a-4f0f-a1a5-4f0c7f9d2b11")
    event_type = one_of(EVENT_TYPES, "mass_violations")
    title = text("14 violations in 2 minutes")
    message = text("9 members, mostly invite links.")
    priority = one_of(PRIORITIES, "high")
    link = text(None, null=True)
    by = text(None, null=True, description="who did it: the id of a person or token")
    by_username = username()


class NotificationAnswer(NotificationFields):
    read = flag(False)
    alert_id = text(None, null=True, description="the alert it tells of")
    created_at = moment(AT)


class NotificationsAnswer(Answer):
    notifications = many(NotificationAnswer, description="newest first")
    unread_count = count(2)


class AlertThresholds(Answer):
    health_score = whole(50, 0, 100)
    mass_violations_count = whole(10, 2, 10_000)
    mass_violations_window_s = whole(60, 10, 3600)
    bot_offline_s = whole(300, 60, 86_400)
    rate_limit_pct = whole(10, 1, 100)


class QuietHours(Answer):
    start = text("22:00")
    end = text("07:00")
    timezone = text("Europe/Berlin")


class PreferencesAnswer(Answer):
    guild_id = snowflake("4242")
    discord_webhook_url = text(None, null=True, description="masked but for the last four")
    slack_webhook_url = text(None, null=True, description="masked but for the last four")
    email_addresses = fields.List(text("mods@example.org"))
    notification_threshold = one_of(PRIORITIES, "medium")
    enabled_events = fields.List(one_of(EVENT_TYPES, "mass_violations"))
    muted_until = moment(None, null=True)
    thresholds = fields.Nested(AlertThresholds)
    quiet_hours = fields.Nested(QuietHours, allow_none=True)
    heartbeat_interval_s = whole(
        60, 0, 10**9, null=True, description="how often the bot's heartbeats come, by the last two"
    )
    warnings = fields.List(text("The bot sends a heartbeat every 120 seconds: ..."))
