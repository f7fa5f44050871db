"""The files of a report: exports of its views over its window, made as any other export is.

The report waits for them. One that cannot be made, or not in time, is said in the report instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from domain.export_life import (
    WAITING,
    ExportError,
    ExportState,
    name_of,
    size_words,
    words_of,
)
from domain.exports import TIMELESS, Compression, ExportFormat, ExportMode, ExportType
from domain.report_schedules import Occurrence
from domain.windows import HOUR_MS
from models.exports.history import ExportRow, delete_export
from models.exports.of_reports import exports_of_run
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.exports.asking import queue_export
from services.exports.shown import download_path, file_name_of, media_of
from services.reports.content import ReportFile
from services.work.lease import LaterError

# So long a report waits for its files; what is not there by then it does without.
PATIENCE_MS = HOUR_MS
LOOK_AGAIN_MS = 5_000


@dataclass(frozen=True, slots=True)
class Files:
    """What was made; of what was not, why, in a sentence each."""

    made: Sequence[ReportFile]
    missing: Sequence[str]


def files_of(parts: Parts, occurrence: Occurrence) -> Files:
    """The files of a run; asked for with the first call. Raises LaterError until they are there."""
    with parts.database.read() as connection:
        rows = exports_of_run(connection, occurrence.schedule.guild_id, occurrence.id)
    if wanted := _not_asked_for(occurrence, rows):
        _ask(parts, occurrence, rows, wanted)
        raise LaterError("its files are to be made first", 0, is_usual=True)
    waiting = [row for row in rows if row.state in WAITING]
    if waiting and parts.clock() - min(row.created_ms for row in waiting) < PATIENCE_MS:
        raise LaterError("its files are being made", LOOK_AGAIN_MS, is_usual=True)
    done = [row for row in _in_order(occurrence, rows) if row.state is ExportState.DONE]
    missing = [row for row in _in_order(occurrence, rows) if row.state is not ExportState.DONE]
    return Files(list(_report_files(parts, done)), [_why(row) for row in missing])


def _not_asked_for(occurrence: Occurrence, rows: Iterable[ExportRow]) -> list[ExportType]:
    """What was erased is made again: without whom it was erased for."""
    there = {row.export_type for row in rows if row.error_code is not ExportError.ERASED}
    return [one for one in map(ExportType, occurrence.schedule.export_types) if one not in there]


def _ask(
    parts: Parts, occurrence: Occurrence, rows: Iterable[ExportRow], wanted: Iterable[ExportType]
) -> None:
    guild_id = occurrence.schedule.guild_id
    # A moment ago, so that they are made before the report is looked at again.
    asked_ms = parts.clock() - 1
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [guild_id])
        for row in rows:
            if row.error_code is ExportError.ERASED:
                delete_export(connection, guild_id, row.id)
        for export_type in wanted:
            queue_export(connection, guilds, _row(occurrence, export_type, asked_ms))


def _row(occurrence: Occurrence, export_type: ExportType, now_ms: int) -> ExportRow:
    schedule, window = occurrence.schedule, occurrence.window
    is_timeless = export_type in TIMELESS
    return ExportRow(
        guild_id=schedule.guild_id,
        id=uuid4(),
        export_type=export_type,
        format=ExportFormat(schedule.format),
        mode=ExportMode.SPREADSHEET,
        compression=Compression.NONE,
        period=None,
        from_ms=None if is_timeless else window.start_ms,
        to_ms=None if is_timeless else window.end_ms,
        filters="{}",
        made_by=f"schedule:{schedule.id}",
        schedule_id=schedule.id,
        occurrence_id=occurrence.id,
        state=ExportState.QUEUED,
        created_ms=now_ms,
    )


def _in_order(occurrence: Occurrence, rows: Iterable[ExportRow]) -> list[ExportRow]:
    """As the views were chosen."""
    by_type = {row.export_type: row for row in rows}
    chosen = (ExportType(one) for one in occurrence.schedule.export_types)
    return [by_type[one] for one in chosen if one in by_type]


def _report_files(parts: Parts, rows: Iterable[ExportRow]) -> Iterable[ReportFile]:
    """The first ones go along, for as long as there is room in a mail."""
    room = most = parts.settings.mail_max_bytes
    for row in rows:
        fits = row.size_bytes <= room
        room -= row.size_bytes if fits else 0
        too_large = f"It does not go along: together {size_words(most)} may."
        yield _report_file(parts, row, "" if fits else too_large)


def _report_file(parts: Parts, row: ExportRow, why_not: str) -> ReportFile:
    assert row.sha256 is not None
    place = urlsplit(parts.settings.public_url)
    return ReportFile(
        export_id=row.id,
        name=file_name_of(row),
        media_type=media_of(row).partition(";")[0],
        rows=row.rows_done,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        link=f"{parts.settings.public_url}/?guild={row.guild_id}#exports",
        download=f"{place.scheme}://{place.netloc}{download_path(parts, row)}",
        why_not=why_not,
    )


def _why(row: ExportRow) -> str:
    code = row.error_code
    why = words_of(code, ExportState.FAILED) if code else "It was not made in time."
    return f"The file of {name_of(row.export_type).lower()} is missing. {why}"
