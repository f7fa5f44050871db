"""What bounds a time that a clock which was ahead has written, column by column.

The server's clock may be a day ahead for some seconds. Who adds a time says here why it holds up
nothing for that day: in which file one is not believed that no clock which is right can have set,
or of which kind it is. What these files do is tried by the tests of their rooms, and by
`tests/services/test_clock_set_back.py` and `tests/services/alerts/test_clock_set_back.py`.
"""

from __future__ import annotations

from pathlib import Path

from models import Base

ROOT = Path(__file__).parents[2]

# Kinds that need no bound.
SHOWN = "when something was done: shown, put in order, told apart; nothing waits for it"
EVENT = "of an event, which is taken 5 min ahead at most; one further ahead counts when it comes"
KEPT = "what ends by its age: it is kept, or holds, for longer by the jump"
LENGTH = "a length, no time"

# The files in which the column is bounded; each names it.
BOUNDED = {
    "alert_settings.muted_until_ms": "domain/decisions.py",
    "alert_states.changed_ms": "domain/alert_times.py",
    "alert_states.due_ms": "models/alerts/store.py",
    "alert_states.until_ms": "services/alerts/groups.py",
    "alerts.opened_ms": "domain/decisions.py",
    "alerts.remind_ms": "domain/alert_times.py",
    "alerts.snoozed_until_ms": "domain/alert_times.py",
    "audit_log.timestamp_ms": "models/audit_log.py",
    "channels.blocked_until_ms": "models/deliveries/ahead.py",
    "deliveries.claimed_until_ms": "models/deliveries/ahead.py",
    "deliveries.due_ms": "models/deliveries/ahead.py",
    "deliveries.updated_ms": "models/deliveries/ahead.py",
    "dirty_guilds.claimed_until_ms": "models/snapshots/dirty_claims.py",
    "dirty_guilds.dirty_since_ms": "models/snapshots/dirty_claims.py",
    "dirty_guilds.retry_at_ms": "models/snapshots/dirty_claims.py",
    "erasures.claimed_until_ms": "models/erasure/under_way.py",
    "guild_user_names.cached_ms": "services/users/names.py",
    "guilds.kept_from_ms": "services/operations/retention.py",
    "guilds.last_received_ms": "models/guilds/guild.py",
    "heartbeats.timestamp_ms": "models/heartbeat.py",
    "idempotency_keys.claimed_until_ms": "models/idempotency/keys.py",
    "ingested_events.forget_after_ms": "models/events/retention.py",
    "listening.last_ms": "models/alerts/looks.py",
    "listening.since_ms": "models/alerts/looks.py",
    "login_sessions.refresh_claimed_until_ms": "models/accounts/logins.py",
    "login_sessions.token_expires_ms": "services/accounts/discord_tokens.py",
    "long_work.claimed_until_ms": "models/work/long.py",
    "long_work.created_ms": "models/work/long.py",
    "long_work.due_ms": "models/work/long.py",
    "memberships.claimed_until_ms": "models/accounts/memberships.py",
    "memberships.fetched_ms": "services/accounts/memberships.py",
    "metric_snapshots.as_of_ms": "models/snapshots/stored.py",
    "metric_snapshots.slides_at_ms": "models/snapshots/stored.py",
    "outbox.retry_at_ms": "models/outbox.py",
    "put_aside.retry_at_ms": "models/put_aside.py",
    "report_occurrences.nominal_ms": "models/reports/occurrences.py",
    "report_schedules.next_ms": "services/reports/planning.py",
    "user_cache.cached_ms": "services/users/names.py",
    "visits.seen_ms": "domain/visits.py",
    "visits.since_ms": "domain/visits.py",
    "wanted_users.claimed_until_ms": "models/users/wanted.py",
}
OF_KIND = {
    SHOWN: """
        access_records.last_ms access_tokens.created_ms access_tokens.revoked_ms
        alert_settings.created_ms alert_settings.updated_ms alert_trail.at_ms
        alerts.acknowledged_ms appeals.created_ms appeals.resolved_ms bot_changes.told_ms
        bot_changes.ended_ms channels.last_ok_ms channels.created_ms channels.updated_ms
        delivery_attempts.begun_ms delivery_attempts.ended_ms export_history.from_ms
        export_history.to_ms export_history.as_of_ms export_history.started_ms
        guild_configs.created_ms guild_configs.updated_ms guild_rules.updated_ms
        incident_notes.at_ms incidents.looked_after_ms incidents.found_ms
        login_sessions.created_ms metric_snapshots.changed_ms outbox.created_ms
        report_occurrences.start_ms report_occurrences.end_ms report_occurrences.built_ms
        report_schedules.created_ms report_schedules.updated_ms report_schedules.deleted_ms
        role_assignments.assigned_ms unsubscribed.at_ms wanted_users.wanted_ms
    """,
    EVENT: """
        appeals.timestamp_ms channel_names.said_ms dirty_guilds.violations_from_ms
        dirty_guilds.violations_to_ms dirty_guilds.live_from_ms dirty_guilds.live_to_ms
        dirty_guilds.claimed_from_ms dirty_guilds.claimed_to_ms guilds.first_event_ms
        guilds.last_event_ms guilds.name_timestamp_ms guilds.icon_timestamp_ms
        guilds.owner_id_timestamp_ms guilds.member_count_timestamp_ms heartbeats.previous_ms
        incident_members.first_ms incident_members.last_ms incidents.from_ms incidents.until_ms
        incidents.started_ms incidents.ended_ms message_counts.timestamp_ms
        offender_totals.last_violation_ms raids.started_at_ms raids.ended_at_ms
        rollup_offenders.last_violation_ms rollup_rules.last_hit_ms seen_rules.last_hit_ms
        user_warnings.last_violation_ms user_warnings.timestamp_ms violation_counts.timestamp_ms
        violations.timestamp_ms
    """,
    KEPT: """
        access_tokens.expires_ms access_tokens.last_used_ms alerts.closed_ms
        bot_changes.decided_ms channels.leaving_ms deliveries.created_ms export_history.created_ms
        export_history.ended_ms export_history.expires_ms idempotency_keys.created_ms
        login_sessions.expires_ms long_work.ended_ms notifications.created_ms
        report_occurrences.created_ms report_occurrences.ended_ms used_handshakes.forget_ms
    """,
    LENGTH: """
        delivery_attempts.retry_after_ms heartbeats.latency_ms
        heartbeats.rate_limit_reset_after_ms rollup_response_times.sum_ms
        rollup_response_times.largest_ms violations.response_time_ms
    """,
}


def test_every_time_says_what_bounds_it() -> None:
    said = [*BOUNDED, *(name for names in OF_KIND.values() for name in names.split())]
    assert sorted(said) == sorted(
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_ms")
    )


def test_the_file_that_bounds_a_time_knows_it() -> None:
    unknown = [
        column
        for column, file in BOUNDED.items()
        if column.partition(".")[2] not in (ROOT / file).read_text()
    ]
    assert unknown == []
