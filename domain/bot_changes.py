"""What people decide that a bot is to carry out, and what became of it.

`waiting -> told -> done | failed`, and `superseded` where a later decision about the same subject
makes it pointless. A bot may say the same outcome again; another one after that is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class BotChangeKind(StrEnum):
    """Named as the audit log names the deed."""

    APPEAL_DECIDED = "appeals.decide"
    WARNING_CLEARED = "warnings.clear"
    WARNINGS_CLEARED = "warnings.bulk_clear"
    RULES_CHANGED = "rules.update"
    RULES_DELETED = "rules.delete"
    CONFIG_CHANGED = "config.update"


class BotChangeState(StrEnum):
    WAITING = "waiting"  # no bot has asked for it
    TOLD = "told"  # a bot has it, and has not said what became of it
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"


OPEN = (BotChangeState.WAITING, BotChangeState.TOLD)
OUTCOMES = (BotChangeState.DONE, BotChangeState.FAILED)


@dataclass(frozen=True, slots=True)
class ForBot:
    """What a bot is told.

    subject: what it is about, such as `appeal:17`; the latest word on a subject counts
    data: JSON; ids as text
    """

    kind: BotChangeKind
    subject: str
    data: dict[str, Any]
    user_id: int | None = None


def may_follow(before: BotChangeState, after: BotChangeState) -> bool:
    """Whether a bot may say `after` of a change that is at `before`."""
    return after in OUTCOMES and (before in OPEN or before is after)
