"""Erasing a person's data in a guild, from rows, snapshots, caches and live events alike."""

from __future__ import annotations

from secrets import randbits

from adapters.cache_aside import config_key, rules_key
from domain.roles import Authenticated, Owner
from domain.spans import EVERY_SPAN
from models.dirty_guild import mark_dirty
from models.erasure import erase_member, forget_user, violations_of
from services.audit import audited
from services.materialise import materialise_dirty
from services.parts import Parts


def erase(parts: Parts, who: Authenticated[Owner], user_id: int) -> int:
    """How many violations were made anonymous. The audit log says that it was done, not of whom."""
    pseudonym = -(randbits(62) | 1)
    with audited(parts, who, "members.erase") as change:
        erased = erase_member(change.connection, who.guild_id, user_id, pseudonym)
        forget_user(change.connection, user_id)
        change.details = {"pseudonym": str(pseudonym), "violations": erased}
        change.dirty = True
        # A worker may have read raids with the person in them, to write them after this.
        span_ms = violations_of(change.connection, who.guild_id, pseudonym)
        mark_dirty(change.connection, [(who.guild_id, parts.clock(), EVERY_SPAN, *span_ms)])
    parts.values.drop(config_key(who.guild_id), rules_key(who.guild_id))
    parts.stream.drop(who.guild_id)
    materialise_dirty(parts.database, parts.cache, parts.clock)
    parts.snapshots.forget([who.guild_id])
    parts.access.forget()
    return erased
