"""Roles as types: each has all that the ones it inherits from have.

`Authenticated` is covariant, so the type checker refuses an `Authenticated[Viewer]` where an
`Authenticated[Admin]` is asked, and accepts an `Authenticated[Owner]`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID


class Viewer:
    """Reads metrics, violations, warnings, rules, config, notifications and live events."""


class Moderator(Viewer):
    """Clears warnings, decides appeals, exports, acknowledges and snoozes alerts."""


class Admin(Moderator):
    """Changes config, rules, preferences, channels, schedules, tokens; reads the audit log."""


class Owner(Admin):
    """Deletes rules, assigns roles, erases a user's data, deletes schedules' history."""


R = TypeVar("R", bound=Viewer, covariant=True)

ROLES: dict[str, type[Viewer]] = {
    "viewer": Viewer,
    "moderator": Moderator,
    "admin": Admin,
    "owner": Owner,
}
"""Every role by its name in JSON and tables, from the lowest to the highest."""

_NAMES = {role: name for name, role in ROLES.items()}


# Not slots: `Authenticated[Admin](...)` sets `__orig_class__`, and Python 3.11's frozen classes
# with slots answer that with a TypeError instead of the AttributeError that typing expects.
@dataclass(frozen=True)
class Authenticated(Generic[R]):
    """Someone let into a guild with a role: a person (`user_id`) or an API token (`token_id`)."""

    guild_id: int
    user_id: int | None
    role: type[R]
    token_id: UUID | None = None
    # The person behind it: whoever is logged in, or made the token; None for an operator's token.
    maker_id: int | None = None


def role_named(name: str) -> type[Viewer]:
    """The role of that name; ValueError when there is none."""
    try:
        return ROLES[name]
    except KeyError:
        raise ValueError(f"unknown role {name!r}, expected one of {', '.join(ROLES)}") from None


def name_of(role: type[Viewer]) -> str:
    """The role's name in JSON and tables."""
    return _NAMES[role]


def lowest(one: type[Viewer], other: type[Viewer]) -> type[Viewer]:
    """The role that both roles have."""
    return one if issubclass(other, one) else other


def highest(roles: Iterable[type[Viewer]]) -> type[Viewer] | None:
    """The role that has all the others have; None when there are none."""
    # The ladder is one line of inheritance: the longer the ancestry, the higher the role.
    return max(roles, key=lambda role: len(role.__mro__), default=None)
