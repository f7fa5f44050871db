"""People of the demo: each visitor is one of their own, with the role in the number itself."""

from __future__ import annotations

from domain.roles import ROLES, Viewer, name_of

DEMO_VISITORS = 10**11
_NAMES = tuple(ROLES)
# Discord's ids of people have 17 digits and more: none is as small as these.
_MOST = (DEMO_VISITORS + 1) * len(_NAMES)


def demo_person(role: str, number: int) -> int:
    """The id of visitor `number` (below DEMO_VISITORS), who looks around as `role`."""
    return (number + 1) * len(_NAMES) + _NAMES.index(role)


def demo_role_of(user_id: int) -> type[Viewer] | None:
    """The role of a visitor of the demo; None for anybody else."""
    return ROLES[_NAMES[user_id % len(_NAMES)]] if 0 < user_id < _MOST else None


def demo_name(role: str) -> str:
    """What every visitor who looks around as `role` is called."""
    return f"Demo {role}"


def is_visitor(user_id: int, username: str | None) -> bool:
    """Whether this is a visitor of the demo, by that name: Discord knows nobody like that."""
    role = demo_role_of(user_id)
    return role is not None and username == demo_name(name_of(role))
