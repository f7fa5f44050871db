"""Erasing a person's data in a guild, from rows, snapshots, caches and live events alike.

Their violations are done in short transactions between which others have their turn, all else in
one, the last. A row says that it is under way; where its process is killed, a sweep goes on.

Nothing is made anew inside the request: what was made with the person in it is emptied, and a
worker makes it again, or whoever reads it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import randbits

import structlog

from adapters.process.scratch import sweep_scratch
from adapters.redis.cache_aside import config_key, rules_key
from domain.roles import Authenticated, Owner
from domain.touched import EVERY_DOCUMENT
from domain.windows import MINUTE_MS
from models.accounts.roles import delete_role
from models.erasure.reports import addresses_with_reports
from models.erasure.rows import ROWS_AT_ONCE, erase_member, forget_user, violations_of
from models.erasure.steps import erase_some
from models.erasure.under_way import (
    Erasure,
    ErasureEndedError,
    begin_erasure,
    end_erasure,
    left_erasures,
    note_step,
)
from models.guilds.guild import event_offsets, lock_guilds
from models.outbox import forget_told
from models.snapshots.dirty import Mark, mark_dirty
from models.snapshots.stored import empty_snapshots
from services.accounts.owners import refuse_last_owner
from services.audit.change import Change, audited
from services.container import Parts
from services.exports.erasure import erase_from_exports
from services.exports.files import remove_files
from services.operations.rollups import locked

# Longer than a step takes on a busy machine.
CLAIM_MS = MINUTE_MS
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Erased:
    """Violations that were made anonymous; addresses that got reports, which nobody calls back."""

    violations: int
    mailed_to: int


def erase(parts: Parts, who: Authenticated[Owner], user_id: int) -> Erased:
    """What was done. The audit log says that it was, not of whom.

    Raises LastOwnerError: a person's role in the guild goes with their data.
    """
    wanted = Erasure(
        guild_id=who.guild_id,
        user_id=user_id,
        pseudonym=-(randbits(62) | 1),
        # Of themselves: the entry of it would name them again.
        asked_by=None if who.user_id == user_id else who.user_id,
        token_id=who.token_id,
    )
    with parts.database.write() as connection:
        lock_guilds(connection, [who.guild_id])
        refuse_last_owner(connection, who.guild_id, user_id, who.maker_id)
        # At once: until the end other owners may go, who would not be the last ones.
        delete_role(connection, who.guild_id, user_id)
        erasure = begin_erasure(connection, wanted, parts.clock() + CLAIM_MS)
    return _go_on(parts, erasure)


def go_on_with_left(parts: Parts) -> None:
    """End the erasures whose process ended before them."""
    now_ms = parts.clock()
    with parts.database.read() as connection:
        left = left_erasures(connection, now_ms, now_ms + CLAIM_MS)
    for erasure in left:
        try:
            _go_on(parts, erasure)
        except Exception:
            # The next sweep tries again; the others do not wait for it, nor what follows them.
            _log.exception("erasure_not_ended", guild_id=erasure.guild_id)


def _go_on(parts: Parts, erasure: Erasure) -> Erased:
    try:
        _erase_violations(parts, erasure)
        return _finish(parts, erasure)
    except ErasureEndedError:
        return Erased(0, 0)


def _erase_violations(parts: Parts, erasure: Erasure) -> None:
    person = erasure.guild_id, erasure.user_id, erasure.pseudonym
    is_last = False
    while not is_last:
        with locked(parts.database, erasure.guild_id) as connection:
            violations, is_last = erase_some(connection, *person, ROWS_AT_ONCE)
            note_step(connection, erasure, violations, parts.clock() + CLAIM_MS)


def _finish(parts: Parts, erasure: Erasure) -> Erased:
    """All that is not violations, in one transaction with those that came in the last moment."""
    guild_id, user_id, pseudonym = erasure.guild_id, erasure.user_id, erasure.pseudonym
    who = Authenticated(guild_id, erasure.asked_by, Owner, erasure.token_id)
    with audited(parts, who, "members.erase") as change:
        mailed_to = addresses_with_reports(change.connection, guild_id)
        violations = end_erasure(change.connection, erasure)
        violations += erase_member(change.connection, guild_id, user_id, pseudonym)
        forget_user(change.connection, user_id)
        files = erase_from_exports(change.connection, guild_id, user_id, pseudonym, parts.clock())
        change.details = {"pseudonym": str(pseudonym), "violations": violations}
        _forget_made(change, guild_id, pseudonym, parts.clock())
    # Should this process end here: what no row names is swept away (services/exports/retention.py).
    remove_files(parts, files)
    sweep_scratch()  # where killed processes left rows of a workbook
    parts.values.drop(config_key(guild_id), rules_key(guild_id))
    # After the commit: a publisher that had read the person is told of it by this. Should Redis be
    # away, whoever publishes next drops the stream first (models/outbox.py, forget_told).
    parts.stream.drop(guild_id)
    parts.cache.drop([guild_id])
    parts.cache.announce([guild_id])
    parts.snapshots.forget([guild_id])
    parts.access.forget()
    return Erased(violations, mailed_to)


def _forget_made(change: Change, guild_id: int, pseudonym: int, now_ms: int) -> None:
    connection = change.connection
    change.documents = EVERY_DOCUMENT
    # A worker may have read raids with the person in them, to write them after this.
    span_ms = violations_of(connection, guild_id, pseudonym)
    mark_dirty(connection, [Mark(guild_id, now_ms, EVERY_DOCUMENT, *span_ms)])
    empty_snapshots(connection, guild_id)
    forget_told(connection, guild_id, event_offsets(connection, [guild_id])[guild_id], now_ms)
