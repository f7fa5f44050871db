"""What people change in a guild: its rules text, its config, who has which role."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from domain.bot_changes import BotChangeKind, ForBot
from domain.roles import Admin, Authenticated, Owner, Viewer, highest, name_of, role_named
from domain.text_change import text_change
from domain.touched import Cause, touched_by
from models.accounts import roles as assigned
from models.guilds import settings as stored
from services.accounts.owners import LastOwnerError, refuse_last_owner
from services.audit.change import audited
from services.container import Parts
from services.guilds.settings import ShownConfig, shown_config

# All of them are one list; whole groups have theirs from Discord.
MOST_ROLES = 1_000


class StaleVersionError(Exception):
    """The config was changed since the caller read it."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the config has changed meanwhile; it is at version {current} now")


class NotAllowedError(Exception):
    """A change that the caller's role does not reach."""


class TooManyRolesError(Exception):
    """MOST_ROLES people were given a role in the guild already."""


def put_rules(parts: Parts, who: Authenticated[Admin], text: str) -> None:
    with audited(parts, who, "rules.update") as change:
        before = stored.rules_of(change.connection, who.guild_id)
        stored.save_rules(change.connection, who.guild_id, text, parts.clock(), who.user_id)
        change.details = text_change(before.rules if before else None, text)
        change.for_bot = ForBot(BotChangeKind.RULES_CHANGED, "rules", {"rules": text})
        change.field = "rules"


def delete_rules(parts: Parts, who: Authenticated[Owner]) -> None:
    with audited(parts, who, "rules.delete") as change:
        before = stored.rules_of(change.connection, who.guild_id)
        stored.delete_rules(change.connection, who.guild_id)
        change.details = text_change(before.rules if before else None, None)
        change.for_bot = ForBot(BotChangeKind.RULES_DELETED, "rules", {})
        change.field = "rules"
        change.happened = before is not None


def put_config(
    parts: Parts, who: Authenticated[Admin], values: dict[str, Any], if_version: int | None
) -> ShownConfig:
    """Change any of the config's fields; the whole config. Raises StaleVersionError."""
    with audited(parts, who, "config.update") as change:
        row = stored.config_of(change.connection, who.guild_id)
        before = asdict(shown_config(row))
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
        if "timezone" in changed:
            change.documents = touched_by(Cause.TIMEZONE)
        after = shown_config(stored.config_of(change.connection, who.guild_id))
        change.for_bot = ForBot(BotChangeKind.CONFIG_CHANGED, "config", asdict(after))
    if "mod_role_id" in changed:
        parts.access.forget()
    return after


def put_role(parts: Parts, who: Authenticated[Owner], user_id: int, role: str) -> None:
    """Give a person a role. Raises NotAllowedError, TooManyRolesError."""
    with audited(parts, who, "roles.assign") as change:
        before = _role_before(change.connection, who, user_id)
        _refuse_beyond(who, user_id, role)
        if before is None:
            _refuse_one_more(change.connection, who.guild_id)
        if before == "owner" and role != "owner":
            _keep_an_owner(change.connection, who, user_id)
        change.details = {"user_id": str(user_id), "before": before, "after": role}
        change.field = "roles"
        change.happened = before != role
        if change.happened:
            by = who.maker_id or 0
            assigned.save_role(change.connection, who.guild_id, user_id, role, by, parts.clock())
    parts.access.forget()


def delete_role(parts: Parts, who: Authenticated[Owner], user_id: int) -> bool:
    """Take a person's role away; whether there was one. Raises NotAllowedError."""
    with audited(parts, who, "roles.remove") as change:
        before = _role_before(change.connection, who, user_id)
        _refuse_beyond(who, user_id, before or "viewer")
        if before == "owner":
            _keep_an_owner(change.connection, who, user_id)
        assigned.delete_role(change.connection, who.guild_id, user_id)
        change.details = {"user_id": str(user_id), "before": before, "after": None}
        change.field = "roles"
        change.happened = before is not None
    parts.access.forget()
    return before is not None


def _role_before(connection: Connection, who: Authenticated[Viewer], user_id: int) -> str | None:
    rows = assigned.roles_of(connection, who.guild_id)
    return next((row.role for row in rows if row.user_id == user_id), None)


def _refuse_one_more(connection: Connection, guild_id: int) -> None:
    if len(assigned.roles_of(connection, guild_id)) >= MOST_ROLES:
        said = f"at most {MOST_ROLES:,} people of a server are given a role here"
        raise TooManyRolesError(said)


def _refuse_beyond(who: Authenticated[Viewer], user_id: int, role: str) -> None:
    if user_id == who.maker_id:
        raise NotAllowedError("nobody may change their own role")
    wanted = role_named(role)
    if highest([wanted, who.role]) is not who.role:
        raise NotAllowedError(f"a role above your own ({name_of(who.role)}) is not yours to give")


def _keep_an_owner(connection: Connection, who: Authenticated[Viewer], user_id: int) -> None:
    try:
        refuse_last_owner(connection, who.guild_id, user_id, who.maker_id)
    except LastOwnerError as error:
        raise NotAllowedError(str(error)) from None


def _shown(name: str, value: Any) -> Any:
    """A snowflake is text in JSON; everything else is as it is."""
    return str(value) if name == "mod_role_id" and value is not None else value


def _column(name: str, shown: Any) -> Any:
    return int(shown) if name == "mod_role_id" and shown is not None else shown
