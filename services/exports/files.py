"""Files that no export names any more, removed by who made it so."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from adapters.exports.folder import PART
from domain.task_names import TaskName
from services.container import Parts

_log = structlog.get_logger()


def remove_files(parts: Parts, keys: Sequence[str]) -> None:
    """After the commit. Those far away a worker removes, so that no request waits for them.

    Should this process end first, or no worker be there: prune_exports finds them.
    """
    if not keys:
        return
    if parts.exports.is_near:
        try:
            parts.exports.remove([*keys, *(f"{key}{PART}" for key in keys)])
        except OSError as error:
            # What was asked for is done; the files are tried again with every sweep.
            _log.error("export_files_not_removed", count=len(keys), error=str(error))
    elif parts.redis.is_configured:
        parts.queue.enqueue(TaskName.PRUNE)
