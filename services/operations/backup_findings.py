"""Whether there are backups, for the doctor."""

from __future__ import annotations

from collections.abc import Iterator

from domain.backups import BackupError
from domain.clock import rfc3339
from services.backups import keeper
from services.backups.dumps import last_dump_ms, missing_dump_ms
from services.container import Parts
from services.operations.findings import Finding, better, well, wrong


def backup_findings(parts: Parts) -> Iterator[Finding]:
    if not keeper.are_set_up(parts.settings):
        yield _dumps(parts)
        return
    yield from _what_is_made(parts)
    if (last_ms := keeper.missing_since_ms(parts)) is not None:
        words = f"the last that ended well is of {rfc3339(last_ms)}"
        yield wrong("backups", words, "runbooks/ModwatchBackupOld.md")


def _what_is_made(parts: Parts) -> Iterator[Finding]:
    if keeper.left_to_others(parts.settings):
        words = f"another user makes them, who may read {parts.settings.backup_pgbackrest}"
        yield well("backups", words)
        return
    try:
        made = keeper.backups(parts.settings).listed()
    except BackupError as error:
        yield wrong("backups", str(error), "docs/backups.md")
        return
    words = f"{len(made)}, the last is {made[-1].name}" if made else "none was made yet"
    yield well("backups", words) if made else better("backups", words, "`modwatch backup create`")


def _dumps(parts: Parts) -> Finding:
    """Those that others make, where Modwatch itself makes no backups."""
    data_dir = parts.settings.data_dir
    if (at_ms := last_dump_ms(data_dir)) is None:
        return better("backups", keeper.NOT_SET_UP, "docs/backups.md")
    words = f"the last dump is of {rfc3339(at_ms)}"
    if missing_dump_ms(data_dir, parts.clock()) is not None:
        return wrong("backups", words, "runbooks/ModwatchBackupOld.md")
    return well("backups", words)
