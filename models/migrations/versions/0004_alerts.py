"""alerts, channels and deliveries; preferences in plain columns, their addresses as channels

What guilds wanted to be told of was one sealed text each. It becomes columns that one statement can
ask all guilds for; only addresses stay sealed, as the settings of a channel each.
"""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MASK = "********"
THRESHOLDS = {
    "health_score": 50,
    "mass_violations_count": 10,
    "mass_violations_window_s": 60,
    "bot_offline_s": 300,
    "rate_limit_pct": 10,
}
EVENTS = (
    "health_score_drop",
    "mass_violations",
    "bot_offline",
    "rate_limit_approaching",
    "config_update",
    "export_ready",
    "report_failed",
)
ADDRESSES = (
    ("discord_webhook_url", "discord", "url", "Discord"),
    ("slack_webhook_url", "slack", "url", "Slack"),
    ("email_addresses", "email", "addresses", "Email"),
)
PRIORITIES = "('low', 'medium', 'high', 'critical')"
STATES = (
    "('skipped', 'held', 'queued', 'claimed', 'sending', 'retrying', 'sent',"
    " 'unknown', 'dead', 'cancelled', 'digested')"
)
IN_FLIGHT = "state IN ('claimed', 'sending')"
DUE = "state IN ('queued', 'retrying', 'held')"
log = logging.getLogger("alembic.runtime.migration")


def upgrade() -> None:
    op.add_column("guilds", _time("last_received_ms", nullable=True))
    for name in ("live_from_ms", "live_to_ms"):
        op.add_column("dirty_guilds", _time(name, nullable=True))
    with op.batch_alter_table("notifications") as notifications:
        notifications.add_column(_text("dedup_key", nullable=True))
        notifications.add_column(_id("alert_id", nullable=True))
        notifications.create_unique_constraint(
            "uq_notifications_dedup_key", ["guild_id", "dedup_key"]
        )
    _create_alerts()
    _create_channels()
    _create_deliveries()
    _take_preferences_over()
    op.drop_table("notification_preferences")


def downgrade() -> None:
    op.create_table(
        "notification_preferences",
        _guild(),
        _text("preferences"),
        _time("created_ms"),
        _time("updated_ms"),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_notification_preferences")),
    )
    _give_preferences_back()
    for table in (
        "delivery_attempts",
        "deliveries",
        "unsubscribed",
        "channels",
        "listening",
        "alert_trail",
        "alerts",
        "alert_states",
        "alert_settings",
    ):
        op.drop_table(table)
    with op.batch_alter_table("notifications") as notifications:
        notifications.drop_constraint("uq_notifications_dedup_key", type_="unique")
        notifications.drop_column("alert_id")
        notifications.drop_column("dedup_key")
    for name in ("live_from_ms", "live_to_ms"):
        op.drop_column("dirty_guilds", name)
    op.drop_column("guilds", "last_received_ms")


def _create_alerts() -> None:
    op.create_table(
        "alert_settings",
        _guild(),
        _text("threshold", default="medium"),
        _text("enabled_events"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in THRESHOLDS),
        _time("muted_until_ms", nullable=True),
        sa.Column("quiet_start", sa.Integer(), nullable=True),
        sa.Column("quiet_end", sa.Integer(), nullable=True),
        _text("quiet_zone", nullable=True),
        _time("created_ms"),
        _time("updated_ms"),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_alert_settings")),
    )
    op.create_table(
        "alert_states",
        _guild(),
        _text("event_type"),
        _text("condition", default="none"),
        sa.Column("value", sa.Double(), nullable=True),
        _time("changed_ms", default="0"),
        sa.Column("latched", sa.Boolean(), server_default=sa.false(), nullable=False),
        _text("openings", default="[]"),
        _text("told", default="[]"),
        _time("until_ms", nullable=True),
        _text("grouped", nullable=True),
        _time("due_ms", nullable=True),
        sa.CheckConstraint(
            "condition IN ('good', 'bad', 'none')", name=op.f("ck_alert_states_condition")
        ),
        sa.PrimaryKeyConstraint("guild_id", "event_type", name=op.f("pk_alert_states")),
        sqlite_with_rowid=False,
    )
    _partial_index("idx_alert_states_due", "alert_states", ["due_ms"], "due_ms IS NOT NULL")
    op.create_table(
        "alerts",
        _guild(),
        _id("id"),
        _text("event_type"),
        _text("state"),
        _text("priority"),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=True),
        _time("opened_ms"),
        _time("closed_ms", nullable=True),
        _text("closed_by", nullable=True),
        _text("closed_reason", nullable=True),
        _text("acknowledged_by", nullable=True),
        _time("acknowledged_ms", nullable=True),
        _time("snoozed_until_ms", nullable=True),
        sa.Column("reminders", sa.Integer(), server_default="0", nullable=False),
        _time("remind_ms", nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(f"priority IN {PRIORITIES}", name=op.f("ck_alerts_priority")),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_alerts")),
    )
    _partial_index(
        "uq_alerts_open", "alerts", ["guild_id", "event_type"], "closed_ms IS NULL", unique=True
    )
    op.create_index(op.f("idx_alerts_guild_id_opened_ms"), "alerts", ["guild_id", "opened_ms"])
    op.create_table(
        "alert_trail",
        _guild(),
        _id("alert_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        _time("at_ms"),
        _text("kind"),
        _text("reason"),
        _id("channel_id", nullable=True),
        _id("delivery_id", nullable=True),
        _text("by", nullable=True),
        _text("details", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "alert_id", "seq", name=op.f("pk_alert_trail")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listening",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _time("since_ms"),
        _time("last_ms"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
    )


def _create_channels() -> None:
    op.create_table(
        "channels",
        _guild(),
        _id("id"),
        _text("kind"),
        _text("name"),
        _text("settings"),
        _text("mask"),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        _text("threshold", default="low"),
        _text("events", nullable=True),
        sa.Column("after_minutes", sa.Integer(), server_default="0", nullable=False),
        _text("let_through", default="none"),
        sa.Column("mention_role", sa.BigInteger(), nullable=True),
        _text("in_doubt", nullable=True),
        _text("state", default="ok"),
        _time("blocked_until_ms", nullable=True),
        _time("last_ok_ms", nullable=True),
        _text("last_failure", nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("from_preferences", sa.Boolean(), server_default=sa.false(), nullable=False),
        _time("created_ms"),
        _time("updated_ms"),
        sa.CheckConstraint("state IN ('ok', 'failing', 'broken')", name=op.f("ck_channels_state")),
        sa.CheckConstraint(
            "let_through IN ('none', 'critical')", name=op.f("ck_channels_let_through")
        ),
        sa.CheckConstraint("in_doubt IN ('report', 'repeat')", name=op.f("ck_channels_in_doubt")),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_channels")),
    )
    op.create_table(
        "unsubscribed",
        _guild(),
        _id("channel_id"),
        _text("address_hash"),
        _time("at_ms"),
        sa.PrimaryKeyConstraint(
            "guild_id", "channel_id", "address_hash", name=op.f("pk_unsubscribed")
        ),
        sqlite_with_rowid=False,
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        _guild(),
        _id("id"),
        _text("subject"),
        _id("notification_id", nullable=True),
        _id("alert_id", nullable=True),
        *map(_text, ("kind", "event_type", "priority")),
        _id("channel_id"),
        *map(_text, ("channel_kind", "target", "story")),
        sa.Column("seq", sa.Integer(), nullable=False),
        *map(_text, ("lane", "state", "reason")),
        _time("due_ms", nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("was_held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), server_default=sa.false(), nullable=False),
        _id("digest_id", nullable=True),
        _text("reference", nullable=True),
        _id("claim", nullable=True),
        _time("claimed_until_ms", default="0"),
        _time("created_ms"),
        _time("updated_ms"),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f("ck_deliveries_state")),
        sa.PrimaryKeyConstraint("guild_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "guild_id",
            "subject",
            "channel_id",
            "target",
            name=op.f("uq_deliveries_guild_id_subject_channel_id_target"),
        ),
        sa.UniqueConstraint("guild_id", "story", "seq", name="uq_deliveries_story"),
    )
    _partial_index("uq_deliveries_lane", "deliveries", ["guild_id", "lane"], IN_FLIGHT, unique=True)
    _partial_index("idx_deliveries_due", "deliveries", ["due_ms"], DUE)
    _partial_index("idx_deliveries_lease", "deliveries", ["claimed_until_ms"], IN_FLIGHT)
    op.create_index(
        op.f("idx_deliveries_guild_id_created_ms"), "deliveries", ["guild_id", "created_ms"]
    )
    op.create_index("idx_deliveries_channel", "deliveries", ["guild_id", "channel_id", "state"])
    op.create_index("idx_deliveries_alert", "deliveries", ["guild_id", "alert_id"])
    op.create_index("idx_deliveries_digest", "deliveries", ["guild_id", "digest_id"])
    op.create_table(
        "delivery_attempts",
        _guild(),
        _id("delivery_id"),
        sa.Column("n", sa.Integer(), nullable=False),
        _time("begun_ms"),
        _time("ended_ms", nullable=True),
        _text("outcome", nullable=True),
        _text("reason", nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        _text("answer", nullable=True),
        _time("retry_after_ms", nullable=True),
        sa.PrimaryKeyConstraint("guild_id", "delivery_id", "n", name=op.f("pk_delivery_attempts")),
        sqlite_with_rowid=False,
    )


def _take_preferences_over() -> None:
    rows = op.get_bind().execute(
        sa.text(
            "SELECT guild_id, preferences, created_ms, updated_ms FROM notification_preferences"
        )
    )
    for guild_id, sealed, created_ms, updated_ms in rows.all():
        text = _secrets().open(sealed)
        if text is None:  # of another secret key: it has read as the defaults since then
            log.warning("notification preferences of guild %s cannot be opened", guild_id)
            continue
        times = {"guild_id": guild_id, "created_ms": created_ms, "updated_ms": updated_ms}
        kept = json.loads(text)
        _insert("alert_settings", times | _settings(kept))
        for row in _channels(kept):
            _insert("channels", times | row)


def _settings(kept: dict[str, Any]) -> dict[str, Any]:
    quiet = kept.get("quiet_hours") or {}
    if quiet.get("start") == quiet.get("end"):
        quiet = {}
    muted = kept.get("muted_until")
    return {
        "threshold": kept.get("notification_threshold", "medium"),
        # New then, and what an owner wants to know however few events they chose.
        "enabled_events": json.dumps([*kept.get("enabled_events", EVENTS), "channel_failed"]),
        **(THRESHOLDS | (kept.get("thresholds") or {})),
        "muted_until_ms": round(datetime.fromisoformat(muted).timestamp() * 1000)
        if muted
        else None,
        "quiet_start": _minute(quiet["start"]) if quiet else None,
        "quiet_end": _minute(quiet["end"]) if quiet else None,
        "quiet_zone": quiet.get("timezone"),
    }


def _channels(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field, kind, setting, name in ADDRESSES:
        if value := kept.get(field):
            masked = MASK + value[-4:] if isinstance(value, str) else [_mask(one) for one in value]
            yield {
                "id": uuid4().hex if op.get_bind().dialect.name == "sqlite" else uuid4(),
                "kind": kind,
                "name": name,
                "settings": _secrets().seal(json.dumps({setting: value})),
                "mask": json.dumps({setting: masked}),
                "from_preferences": True,
            }


def _give_preferences_back() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT * FROM alert_settings")).mappings().all():
        kept: dict[str, Any] = {
            "notification_threshold": row["threshold"],
            "enabled_events": [
                name for name in json.loads(row["enabled_events"]) if name != "channel_failed"
            ],
            "thresholds": {name: row[name] for name in THRESHOLDS},
        }
        if row["quiet_zone"]:
            kept["quiet_hours"] = {
                "start": _time_of_day(row["quiet_start"]),
                "end": _time_of_day(row["quiet_end"]),
                "timezone": row["quiet_zone"],
            }
        if row["muted_until_ms"] is not None:
            moment = datetime.fromtimestamp(row["muted_until_ms"] / 1000, UTC)
            kept["muted_until"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        kept |= _addresses(row["guild_id"])
        times = {name: row[name] for name in ("guild_id", "created_ms", "updated_ms")}
        sealed = _secrets().seal(json.dumps(kept))
        _insert("notification_preferences", times | {"preferences": sealed})


def _addresses(guild_id: int) -> dict[str, Any]:
    query = sa.text(
        "SELECT kind, settings FROM channels WHERE guild_id = :guild_id AND from_preferences = :yes"
    )
    rows = op.get_bind().execute(query, {"guild_id": guild_id, "yes": True})
    sealed = dict(tuple(row) for row in rows)
    return {
        field: json.loads(_secrets().open(sealed[kind]) or "{}").get(setting)
        for field, kind, setting, _ in ADDRESSES
        if kind in sealed
    }


def _insert(table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    op.get_bind().execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)


def _secrets() -> Any:
    box = context.config.attributes.get("secrets")
    if box is None:
        raise RuntimeError("sealed preferences are there: upgrade with the secret key set")
    return box


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _time_of_day(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _mask(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{MASK}@{domain}"


def _guild() -> sa.Column[int]:
    return sa.Column("guild_id", sa.BigInteger(), nullable=False)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=nullable)


def _time(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=default, nullable=nullable)


def _partial_index(
    name: str, table: str, columns: list[str], condition: str, *, unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, postgresql_where=where, sqlite_where=where)
