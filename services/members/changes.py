"""What moderators do about members: clear warnings, decide appeals."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from domain.bot_changes import BotChangeKind, ForBot
from domain.clock import rfc3339
from domain.member_state import AppealState
from domain.roles import Authenticated, Moderator
from domain.snowflake import text_or_none
from domain.touched import Cause, touched_by
from models.members import standing as state_store
from models.members.appeals import find_appeal
from models.members.warning_changes import clear_warning, clear_warnings_before
from models.violations.list import find_violation
from services.audit.change import audited
from services.container import Parts

LISTED_IN_LOG = 1_000


class AppealDecidedError(Exception):
    """The appeal has been decided otherwise already."""


def clear_member(parts: Parts, who: Authenticated[Moderator], user_id: int) -> None:
    """Set a member's warning level to 0; nothing happens where it is."""
    with audited(parts, who, "warnings.clear") as change:
        before = clear_warning(change.connection, who.guild_id, user_id, change.decided_ms, uuid4())
        change.details = {"user_id": str(user_id), "before": before, "after": 0}
        change.for_bot = ForBot(
            BotChangeKind.WARNING_CLEARED, f"member:{user_id}", change.details, user_id
        )
        change.happened = bool(before)
        change.documents = touched_by(Cause.WARNINGS)


def clear_members(parts: Parts, who: Authenticated[Moderator], before_ms: int) -> int:
    """Clear every member whose last violation is older; how many."""
    with audited(parts, who, "warnings.bulk_clear") as change:
        cleared = clear_warnings_before(
            change.connection, who.guild_id, before_ms, change.decided_ms, uuid4()
        )
        change.details = {
            "before_ms": before_ms,
            "cleared": len(cleared),
            "members": {str(user_id): level for user_id, level in cleared[:LISTED_IN_LOG]},
        }
        change.for_bot = ForBot(
            BotChangeKind.WARNINGS_CLEARED,
            f"members:{before_ms}",
            {"before": rfc3339(before_ms), "user_ids": [str(user_id) for user_id, _ in cleared]},
        )
        change.happened = bool(cleared)
        change.documents = touched_by(Cause.WARNINGS)
    return len(cleared)


def decide_appeal(parts: Parts, who: Authenticated[Moderator], appeal_id: str, status: str) -> bool:
    """Approve or deny a pending appeal; False where there is none. Raises AppealDecidedError.

    The same decision once more changes nothing.
    """
    now_ms = parts.clock()
    with audited(parts, who, "appeals.decide") as change:
        before = find_appeal(change.connection, who.guild_id, appeal_id)
        if before is None:
            change.happened = False
            return False
        if before.status not in ("pending", status):
            raise AppealDecidedError(f"the appeal was {before.status} already")
        decided = AppealState(
            guild_id=who.guild_id,
            appeal_id=appeal_id,
            violation_id=before.violation_id,
            user_id=None,
            thread_id=None,
            status=status,
            created_ms=now_ms,
            resolved_ms=now_ms,
            resolved_by=who.user_id,
            timestamp_ms=max(change.decided_ms, before.timestamp_ms + 1),
            event_id=uuid4(),
        )
        change.happened = before.status != status
        if change.happened:
            state_store.appeals.merge(change.connection, [decided])
        change.details = {"appeal_id": appeal_id, "before": before.status, "after": status}
        change.for_bot = _decision(change.connection, before, status)
        change.documents = touched_by(Cause.APPEALS)
    return True


def _decision(connection: Connection, appeal: Any, status: str) -> ForBot:
    """With what was done to the member, as far as the violation is kept: approved, it is undone."""
    found = find_violation(connection, appeal.guild_id, appeal.violation_id)
    violation = None if found is None else found.row
    user_id = appeal.user_id or (violation and violation.user_id)
    data = {
        "appeal_id": appeal.appeal_id,
        "violation_id": str(appeal.violation_id),
        "user_id": text_or_none(user_id),
        "status": status,
        "action": violation and violation.action,
        "action_taken": violation and violation.action_taken,
    }
    return ForBot(BotChangeKind.APPEAL_DECIDED, f"appeal:{appeal.appeal_id}", data, user_id)
