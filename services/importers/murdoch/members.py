"""The earlier bot's warnings, appeals and names of users."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from adapters.database import Database
from domain.member_state import AppealState, WarningState
from models.members import standing as state_store
from models.users.cache import learn_users
from models.users.said import UserRow
from services.importers.murdoch.claims import Claim, store_claims
from services.importers.murdoch.events import VIOLATION
from services.importers.murdoch.report import RefusedError
from services.importers.murdoch.row import MurdochRow, derived_uuid

HIGHEST_LEVEL = 5
LONGEST_NAME = 100
_STATUSES = ("pending", "approved", "denied")
# The hash alone, or the address of a picture that ends in it.
_AVATAR = re.compile(r"(?:https?://\S+/)?([A-Za-z0-9_]{1,100})(?:\.[a-z]{3,5})?(?:\?\S*)?")


def warning_state(row: MurdochRow) -> Claim[WarningState]:
    guild_id, user_id = row.snowflake("guild_id"), row.snowflake("user_id")
    last_violation_ms = row.time_ms_or_none("last_violation")
    times = [last_violation_ms, row.time_ms_or_none("created_at")]
    at_ms = max((time for time in times if time is not None), default=None)
    if at_ms is None:
        raise RefusedError("neither last_violation nor created_at")
    id = row.derived_id(guild_id, "user_warnings")
    level, kicked_before = row.level("level", HIGHEST_LEVEL), row.flag("kicked_before")
    state = WarningState(
        guild_id=guild_id,
        user_id=user_id,
        level=level,
        kicked_before=kicked_before,
        last_violation_ms=last_violation_ms,
        timestamp_ms=at_ms,
        event_id=id,
    )
    return Claim(guild_id, id, state, at_ms)


def appeal_state(row: MurdochRow) -> Claim[AppealState]:
    guild_id = row.snowflake("guild_id")
    if not row.text("violation_id").strip():
        raise RefusedError("violation_id is missing")
    created_ms, resolved_ms = row.time_ms_or_none("created_at"), row.time_ms_or_none("resolved_at")
    status = row.one_of("status", _STATUSES)
    at_ms = max((time for time in (created_ms, resolved_ms) if time is not None), default=None)
    if at_ms is None:
        raise RefusedError("neither created_at nor resolved_at")
    id, decided = row.derived_id(guild_id, "appeals"), status != "pending"
    state = AppealState(
        guild_id=guild_id,
        appeal_id=_appeal_id(row, guild_id, id),
        violation_id=row.uuid("violation_id", guild_id, VIOLATION),
        user_id=row.snowflake_or_none("user_id"),
        thread_id=row.snowflake_or_none("thread_id"),
        status=status,
        created_ms=at_ms if created_ms is None else created_ms,
        resolved_ms=(resolved_ms or at_ms) if decided else None,
        resolved_by=row.snowflake_or_none("resolved_by") if decided else None,
        timestamp_ms=at_ms,
        event_id=id,
    )
    return Claim(guild_id, id, state, at_ms)


def user_row(row: MurdochRow) -> UserRow:
    user_id, name = row.snowflake("user_id"), row.text_up_to("username", LONGEST_NAME)
    if not name.strip():
        raise RefusedError("username is missing")
    times = (row.time_ms_or_none("cached_at"), row.time_ms_or_none("updated_at"))
    discriminator = row.text("discriminator").strip()
    # Of unknown age: whatever else is known of the user is taken to be later.
    known_ms = max(time or 0 for time in times)
    return user_id, name, discriminator[:10] or None, _avatar(row), known_ms


def store_warnings(database: Database, claims: Sequence[Claim[WarningState]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, state_store.warnings.merge)


def store_appeals(database: Database, claims: Sequence[Claim[AppealState]], now_ms: int) -> int:
    return store_claims(database, claims, now_ms, state_store.appeals.merge)


def store_users(database: Database, rows: Sequence[UserRow], _now_ms: int) -> int:
    with database.write() as connection:
        return learn_users(connection, rows)


def _appeal_id(row: MurdochRow, guild_id: int, id: UUID) -> str:
    text = row.text("id").strip()
    if len(text) > 100:
        row.note("id longer than 100 characters: one was derived from it")
        return str(derived_uuid(guild_id, "appeals", text))
    return text or str(id)


def _avatar(row: MurdochRow) -> str | None:
    text = row.text("avatar").strip()
    if not text:
        return None
    found = _AVATAR.fullmatch(text)
    if found is None:
        row.note("avatar is not the name of a picture: left out")
        return None
    return found[1]
