"""What was decided under the earlier bot: config, rules, roles; and its audit log."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.database import Database
from domain.roles import ROLES
from models.guilds import taken_over as settings_store
from models.guilds.taken_over import (
    AuditRow,
    ConfigRow,
    RoleRow,
    RulesRow,
)
from services.guilds.settings import ShownConfig
from services.importers.murdoch.claims import Claim, store_claims
from services.importers.murdoch.report import RefusedError
from services.importers.murdoch.row import MurdochRow

LONGEST_RULES = 20_000
LONGEST_DETAILS = 20_000
_ROLE_NAMES = tuple(ROLES)
_USUAL = ShownConfig()


def config_row(row: MurdochRow) -> Claim[ConfigRow]:
    guild_id = row.snowflake("guild_id")
    threshold = row.number_within("severity_threshold", 0, 1)
    created_ms, updated_ms = _time(row, "created_at"), _time(row, "updated_at")
    config: ConfigRow = (
        guild_id,
        _USUAL.severity_threshold if threshold is None else threshold,
        row.whole_within("buffer_timeout_secs", 1, 3600, _USUAL.buffer_timeout_secs),
        row.whole_within("buffer_threshold", 1, 1000, _USUAL.buffer_threshold),
        row.snowflake_or_none("mod_role_id"),
        _USUAL.timezone,
        1,
        created_ms or updated_ms,
        updated_ms or created_ms,
    )
    return Claim(guild_id, row.derived_id(guild_id, "server_config"), config)


def rules_row(row: MurdochRow) -> Claim[RulesRow]:
    guild_id, rules = row.snowflake("guild_id"), row.text_up_to("rules_text", LONGEST_RULES)
    if not rules.strip():
        raise RefusedError("rules_text is empty")
    by = row.snowflake_or_none("updated_by")
    imported: RulesRow = guild_id, rules, _time(row, "updated_at"), by
    return Claim(guild_id, row.derived_id(guild_id, "server_rules"), imported)


def role_row(row: MurdochRow) -> Claim[RoleRow]:
    guild_id, user_id = row.snowflake("guild_id"), row.snowflake("user_id")
    role = row.one_of("role", _ROLE_NAMES)
    by = row.snowflake_or_none("assigned_by") or 0
    imported: RoleRow = guild_id, user_id, role, by, _time(row, "assigned_at")
    return Claim(guild_id, row.derived_id(guild_id, "role_assignments"), imported)


def audit_row(row: MurdochRow) -> Claim[AuditRow]:
    guild_id = row.snowflake("guild_id")
    action = row.text_up_to("action", 100).strip()
    if not action:
        raise RefusedError("action is missing")
    id = row.derived_id(guild_id, "audit_log")
    details = row.text_up_to("details", LONGEST_DETAILS)
    at_ms = row.time_ms("timestamp")
    imported: AuditRow = guild_id, id, row.snowflake_or_none("user_id"), action, details, at_ms
    return Claim(guild_id, id, imported)


def store_configs(database: Database, claims: Sequence[Claim[ConfigRow]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, settings_store.merge_configs)


def store_rules(database: Database, claims: Sequence[Claim[RulesRow]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, settings_store.merge_rules)


def store_roles(database: Database, claims: Sequence[Claim[RoleRow]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, settings_store.merge_roles)


def store_audit(database: Database, claims: Sequence[Claim[AuditRow]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, settings_store.add_audit_entries)


def _time(row: MurdochRow, name: str) -> int:
    """0 where there is none: whatever was decided here then counts as later."""
    return row.time_ms_or_none(name) or 0
