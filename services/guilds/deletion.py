"""Deleting a whole server, as long work: in short steps, so that others have their turn between.

Each step deletes some rows, under the claim of the work. The last one takes the server itself, the
work, and leaves an entry in the operator's audit log; whoever is killed before that is followed by
another process, which goes on with the rows that are left.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from uuid import uuid4

import orjson
import structlog
from sqlalchemy import Connection

from adapters.redis.event_stream import StreamAwayError
from domain.long_work import LEASE_MS
from models.audit_log import add_audit_entry
from models.erasure.guild import count_rows, delete_last, delete_some
from models.exports.turns import keys_of_guild
from models.guilds.guild import last_received_ms, lock_guilds
from models.incarnation import incarnation_name, rename_incarnation
from models.work.long import NO_GUILD, ask, renew
from services.container import Parts
from services.exports.retention import prune_exports
from services.work.lease import Lease, LeaseLostError
from services.work.start import wake

DELETE, DELETED = "guilds.delete", "guilds.deleted"
# Some 50 ms of the writer's time.
ROWS_AT_ONCE = 2_000
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Holding:
    """What there is of a server: rows by table, files of exports, and when its bot last sent."""

    rows: dict[str, int]
    files: int
    last_received_ms: int | None


def holding_of(parts: Parts, guild_id: int) -> Holding:
    with parts.database.read() as connection:
        rows = count_rows(connection, guild_id)
        files = len(keys_of_guild(connection, guild_id))
        return Holding(rows, files, last_received_ms(connection, guild_id))


def ask_deletion(parts: Parts, guild_id: int) -> None:
    """Asked for twice it is done once."""
    with parts.database.write() as connection:
        ask(connection, guild_id, DELETE, "", parts.clock())
    wake(parts)


def delete_guild(parts: Parts, lease: Lease) -> None:
    """The handler of the work."""
    guild_id = lease.piece.guild_id
    while not _step(parts, lease):
        lease.check()
    prune_exports(parts)  # files that no row names any more, whoever deleted it
    _forget(parts, guild_id)
    _log.info("guild_deleted", guild_id=str(guild_id))


def _step(parts: Parts, lease: Lease) -> bool:
    """Whether it was the last one."""
    guild_id, now_ms = lease.piece.guild_id, parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, [guild_id])
        # Who was too slow for its lease would delete what begins anew under this id.
        if not renew(connection, lease.piece, now_ms + LEASE_MS):
            raise LeaseLostError(str(guild_id))
        if delete_some(connection, guild_id, ROWS_AT_ONCE) == ROWS_AT_ONCE:
            return False
        delete_last(connection, guild_id)
        _note(connection, guild_id, now_ms)
        _rename_database(connection)
    return True


def _note(connection: Connection, guild_id: int, now_ms: int) -> None:
    details = orjson.dumps({"guild_id": str(guild_id), "by": "operator"}).decode()
    add_audit_entry(connection, NO_GUILD, uuid4(), None, DELETED, details, now_ms)


def _rename_database(connection: Connection) -> None:
    """Of another name all that Redis has begins anew: whenever it is there again, and also where
    this process ends now. Should the server come back, its live events count from 1, which no
    stream and no open page may take for old ones."""
    name = incarnation_name(connection)
    if name is not None:
        rename_incarnation(connection, name, token_hex(6))


def _forget(parts: Parts, guild_id: int) -> None:
    """Elsewhere than in the database: at once, as far as anybody can be reached."""
    parts.cache.drop([guild_id])
    parts.cache.announce([guild_id])
    parts.snapshots.forget([guild_id])
    parts.access.forget()
    parts.incarnation.reload()
    with suppress(StreamAwayError):
        parts.stream.last(guild_id)  # Redis hears of the name
