"""What the bot did about a violation, normalised from its own words."""

from enum import StrEnum
from functools import lru_cache


class Action(StrEnum):
    WARNING = "warning"
    TIMEOUT = "timeout"
    KICK = "kick"
    BAN = "ban"
    OTHER = "other"
    NONE = "none"


# In order: "unban" undoes a punishment and must be seen before the "ban" inside it.
_CONTAINS: tuple[tuple[str, Action], ...] = (
    ("warn", Action.WARNING),
    ("timeout", Action.TIMEOUT),
    ("mute", Action.TIMEOUT),
    ("kick", Action.KICK),
    ("unban", Action.OTHER),
    ("ban", Action.BAN),
)


def normalise_action(text: str) -> Action:
    """The action meant by a bot's free text; never fails (formulas.md, "Normalising an action")."""
    words = text.strip().lower()
    for part, action in _CONTAINS:
        if part in words:
            return action
    return Action.NONE if words in ("", "none") else Action.OTHER


@lru_cache(maxsize=10_000)
def is_unread(text: str) -> bool:
    """Whether nothing is known of what these words mean: they count as other."""
    return normalise_action(text) is Action.OTHER and "unban" not in text.lower()
