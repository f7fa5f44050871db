"""Who did something, as it is written down: `user:815` is a person, `token:...` a token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.users.names import ShownUser


def people_of(actors: Iterable[str | None]) -> set[int]:
    """The ids of those that are persons."""
    return {int(actor[5:]) for actor in actors if actor and actor.startswith("user:")}


def actor_parts(
    name: str, actor: str | None, people: Mapping[int, ShownUser]
) -> dict[str, str | None]:
    """`815` of a person under `name`, with the name; the id of a token, which has none."""
    kind, _, id = (actor or "").partition(":")
    user = people.get(int(id)) if kind == "user" else None
    return {name: id or None, f"{name}_username": None if user is None else user.username}
