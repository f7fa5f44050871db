"""What moderators do about members: clear warnings, decide appeals."""

from __future__ import annotations

from uuid import uuid4

from domain.member_state import AppealState
from domain.roles import Authenticated, Moderator
from models import state_store
from models.appeal_list import find_appeal
from models.warning_changes import clear_warning, clear_warnings_before
from services.audit import audited
from services.parts import Parts

LISTED_IN_LOG = 1_000


class AppealDecidedError(Exception):
    """The appeal has been decided otherwise already."""


def clear_member(parts: Parts, who: Authenticated[Moderator], user_id: int) -> None:
    """Set a member's warning level to 0; nothing happens where it is."""
    with audited(parts, who, "warnings.clear") as change:
        before = clear_warning(change.connection, who.guild_id, user_id, parts.clock(), uuid4())
        change.details = {"user_id": str(user_id), "before": before, "after": 0}
        change.happened = bool(before)
        change.dirty = True


def clear_members(parts: Parts, who: Authenticated[Moderator], before_ms: int) -> int:
    """Clear every member whose last violation is older; how many."""
    with audited(parts, who, "warnings.bulk_clear") as change:
        cleared = clear_warnings_before(
            change.connection, who.guild_id, before_ms, parts.clock(), uuid4()
        )
        change.details = {
            "before_ms": before_ms,
            "cleared": len(cleared),
            "members": {str(user_id): level for user_id, level in cleared[:LISTED_IN_LOG]},
        }
        change.happened = bool(cleared)
        change.dirty = True
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
            who.guild_id,
            appeal_id,
            before.violation_id,
            None,
            None,
            status,
            now_ms,
            now_ms,
            who.user_id,
            # Never before what the bot said last, even where its clock is ahead of ours.
            max(now_ms, before.timestamp_ms + 1),
            uuid4(),
        )
        change.happened = before.status != status
        if change.happened:
            state_store.appeals.merge(change.connection, [decided])
        change.details = {"appeal_id": appeal_id, "before": before.status, "after": status}
        change.dirty = True
    return True
