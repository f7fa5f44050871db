"""What is deleted of exports: files whose time is over, and what killed processes left behind."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from adapters.exports.folder import PART
from adapters.exports.storage import StorageAwayError
from adapters.process.scratch import sweep_scratch
from domain.export_life import REMEMBERED_MS, ExportState
from models.exports import turns
from models.work.long import ask, waiting_subjects
from services.container import Parts
from services.exports.asking import EXPORT

_CHUNK = 500
_log = structlog.get_logger()


def prune_exports(parts: Parts) -> int:
    """How many files went."""
    now_ms = parts.clock()
    sweep_scratch()  # rows of workbooks
    with parts.database.write() as connection:
        expired = turns.expire(connection, now_ms)
        turns.forget_over(connection, now_ms - REMEMBERED_MS)
        _ask_for_lost(connection, now_ms)
    try:
        parts.exports.remove(expired)
        return len(expired) + _sweep(parts)
    except (StorageAwayError, OSError) as error:
        # Whatever no export names any more is found the next time.
        _log.warning("exports_not_swept", error=str(error))
        return 0


def _ask_for_lost(connection: Connection, now_ms: int) -> None:
    """An export that waits has its work that waits, or nobody would ever make it."""
    worked_at = waiting_subjects(connection, EXPORT)
    for guild_id, id in turns.waiting_exports(connection):
        if (guild_id, str(id)) not in worked_at:
            ask(connection, guild_id, EXPORT, str(id), now_ms)


def _sweep(parts: Parts) -> int:
    """Files that no export names: of killed processes, of erasures and restores."""
    # First the files, then the rows: a row is there before its file is.
    names = parts.exports.names()
    left: list[str] = []
    for place in range(0, len(names), _CHUNK):
        chunk = names[place : place + _CHUNK]
        with parts.database.read() as connection:
            used = turns.keys_in_use(connection, [name.removesuffix(PART) for name in chunk])
        left += [name for name in chunk if not _is_used(name, used)]
    parts.exports.remove(left)
    if left:
        _log.info("export_leftovers_removed", count=len(left))
    return len(left)


def _is_used(name: str, states: dict[str, str]) -> bool:
    state = states.get(name.removesuffix(PART))
    if name.endswith(PART):
        return state == ExportState.RUNNING
    return state is not None
