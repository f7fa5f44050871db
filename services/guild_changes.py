"""What people change in a guild: its rules text, its config, who has which role."""

from __future__ import annotations

from typing import Any

from domain.roles import Admin, Authenticated, Owner, Viewer, highest, name_of, role_named
from models import guild_settings as stored
from services.audit import audited
from services.guild_settings import config_json
from services.membership import owns_at_discord
from services.parts import Parts


class StaleVersionError(Exception):
    """The config was changed since the caller read it."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the config has changed meanwhile; it is at version {current} now")


class NotAllowedError(Exception):
    """A change that the caller's role does not reach."""


def put_rules(parts: Parts, who: Authenticated[Admin], text: str) -> None:
    with audited(parts, who, "rules.update") as change:
        before = stored.rules_of(change.connection, who.guild_id)
        stored.save_rules(change.connection, who.guild_id, text, parts.clock(), who.user_id)
        change.details = {"before": before.rules if before else None, "after": text}
        change.field = "rules"


def delete_rules(parts: Parts, who: Authenticated[Owner]) -> None:
    with audited(parts, who, "rules.delete") as change:
        before = stored.rules_of(change.connection, who.guild_id)
        stored.delete_rules(change.connection, who.guild_id)
        change.details = {"before": before.rules if before else None, "after": None}
        change.field = "rules"
        change.happened = before is not None


def put_config(
    parts: Parts, who: Authenticated[Admin], values: dict[str, Any], if_version: int | None
) -> dict[str, Any]:
    """Change any of the config's fields; the whole config. Raises StaleVersionError."""
    with audited(parts, who, "config.update") as change:
        row = stored.config_of(change.connection, who.guild_id)
        before = config_json(row)
        if if_version is not None and if_version != before["version"]:
            raise StaleVersionError(before["version"])
        changed = {name: new for name, new in values.items() if _shown(name, new) != before[name]}
        change.happened = bool(changed) or row is None
        if change.happened:
            columns = {name: _column(name, before[name]) for name in before} | changed
            columns["version"] = before["version"] + 1
            stored.save_config(change.connection, who.guild_id, parts.clock(), **columns)
        change.details = {
            "before": {name: before[name] for name in changed},
            "after": {name: _shown(name, new) for name, new in changed.items()},
        }
        change.field = "config"
        change.dirty = "timezone" in changed
        after = config_json(stored.config_of(change.connection, who.guild_id))
    if "mod_role_id" in changed:
        parts.access.forget()
    return after


def put_role(parts: Parts, who: Authenticated[Owner], user_id: int, role: str) -> None:
    """Give a person a role. Raises NotAllowedError."""
    with audited(parts, who, "roles.assign") as change:
        before = _role_before(change.connection, who, user_id)
        _refuse_beyond(who, user_id, role)
        if before == "owner" and role != "owner":
            _refuse_last_owner(change.connection, who, user_id)
        change.details = {"user_id": str(user_id), "before": before, "after": role}
        change.field = "roles"
        change.happened = before != role
        if change.happened:
            by = who.user_id or 0
            stored.save_role(change.connection, who.guild_id, user_id, role, by, parts.clock())
    parts.access.forget()


def delete_role(parts: Parts, who: Authenticated[Owner], user_id: int) -> bool:
    """Take a person's role away; whether there was one. Raises NotAllowedError."""
    with audited(parts, who, "roles.remove") as change:
        before = _role_before(change.connection, who, user_id)
        _refuse_beyond(who, user_id, before or "viewer")
        if before == "owner":
            _refuse_last_owner(change.connection, who, user_id)
        stored.delete_role(change.connection, who.guild_id, user_id)
        change.details = {"user_id": str(user_id), "before": before, "after": None}
        change.field = "roles"
        change.happened = before is not None
    parts.access.forget()
    return before is not None


def _role_before(connection: Any, who: Authenticated[Viewer], user_id: int) -> str | None:
    rows = stored.roles_of(connection, who.guild_id)
    return next((row.role for row in rows if row.user_id == user_id), None)


def _refuse_beyond(who: Authenticated[Viewer], user_id: int, role: str) -> None:
    if user_id == who.user_id:
        raise NotAllowedError("nobody may change their own role")
    wanted = role_named(role)
    if highest([wanted, who.role]) is not who.role:
        raise NotAllowedError(f"a role above your own ({name_of(who.role)}) is not yours to give")


def _refuse_last_owner(connection: Any, who: Authenticated[Viewer], user_id: int) -> None:
    """Discord's own guild owner stays owner whatever is stored; this guards guilds without one."""
    rows = stored.roles_of(connection, who.guild_id)
    others = [row for row in rows if row.role == "owner" and row.user_id != user_id]
    known = stored.has_known_owner(connection, who.guild_id)
    # The bot may not have said who it is; then the owner may be the one who asks.
    if not others and not known and not owns_at_discord(connection, who):
        raise NotAllowedError("this is the last owner of the server")


def _shown(name: str, value: Any) -> Any:
    """A snowflake is text in JSON; everything else is as it is."""
    return str(value) if name == "mod_role_id" and value is not None else value


def _column(name: str, shown: Any) -> Any:
    return int(shown) if name == "mod_role_id" and shown is not None else shown
