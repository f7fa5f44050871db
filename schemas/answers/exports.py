"""Answers about exports."""

from __future__ import annotations

from marshmallow import fields

from domain.export_columns import Kind
from domain.export_life import ExportError, ExportState
from domain.exports import Compression, ExportFormat, ExportMode, ExportType
from domain.spans import PERIODS
from schemas.answers.common import (
    Answer,
    avatar,
    count,
    cursor,
    many,
    moment,
    one_of,
    percent,
    text,
    username,
    uuid,
)
from schemas.fields import TimestampField

AT = "2026-03-18T10:12:44.120Z"
ID = "c0a1f6f0-52f7-4c39-8a38-3f1d7f0e7a0a"
_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_BASE = "/api/v1/servers/4242/export"


def _count_or_null(example: int | None, told: str = "") -> fields.Integer:
    return fields.Integer(
        allow_none=True, metadata={"minimum": 0, "examples": [example], "description": told}
    )


class ExportColumnAnswer(Answer):
    name = text("timestamp")
    kind = one_of(Kind, "time")


class QueuedExportAnswer(Answer):
    id = uuid(ID)
    status = one_of(ExportState, "queued")
    status_url = text(f"{_BASE}/{ID}")
    download_url = text(f"{_BASE}/download/{ID}")


class OlderExportAnswer(QueuedExportAnswer):
    """What clients of the unversioned prefix get once it is done."""

    file_path = text("violations-4242-2026-03-18T101244Z.csv", description="the file's name")
    file_size = count(18_204)
    record_count = count(341)


class ExportFields(Answer):
    id = uuid(ID)
    export_type = one_of(ExportType, "violations")
    name = text("Violations", description="what people call the view")
    format = one_of(ExportFormat, "csv")
    mode = one_of(ExportMode, "spreadsheet")
    compression = one_of(Compression, "none")
    period = one_of([span.value for span in PERIODS], "week", null=True)
    from_ = TimestampField(data_key="from", allow_none=True, metadata={"examples": [None]})
    to = moment(None, null=True)
    filters = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"examples": [{"severity": "high"}]}
    )
    as_of = moment(AT, null=True, description="the moment of the one consistent read")
    columns = fields.List(
        fields.Nested(ExportColumnAnswer), allow_none=True, metadata={"description": "in order"}
    )
    record_count = _count_or_null(341)
    file_name = text("violations-4242-2026-03-18T101244Z.csv", null=True)
    file_size = _count_or_null(18_204, "bytes")
    sha256 = text(_SHA, null=True, description="of the whole file, hex")
    created_at = moment(AT)
    created_by = text("user:815", description="`user:`, `token:` and an id, or `operator`")
    created_by_username = username()
    created_by_avatar = avatar()


class ExportAnswer(ExportFields):
    status = one_of(ExportState, "running")
    progress = percent(40)
    rows_done = count(136)
    rows_estimated = _count_or_null(341)
    eta_seconds = _count_or_null(3, "while it runs")
    attempt = count(1)
    error = text(None, null=True, description="in words; of a queued one, what it waits for")
    error_code = one_of(ExportError, None, null=True)
    schedule_id = fields.UUID(allow_none=True, metadata={"examples": [None]})
    started_at = moment(AT, null=True)
    ended_at = moment(None, null=True)
    expires_at = moment(None, null=True, description="from then on the file is gone")
    status_url = text(f"{_BASE}/{ID}")
    download_url = text(f"{_BASE}/download/{ID}")


class ExportsAnswer(Answer):
    exports = many(ExportAnswer, description="newest first")
    next_cursor = cursor()


class ExportManifestAnswer(ExportFields):
    """What the file is, to lay beside it."""

    media_type = text("text/csv; charset=utf-8")


class ExportEstimateAnswer(Answer):
    rows = count(341, description="exact")
    bytes = count(18_000, description="about right")
    formats = fields.List(one_of(ExportFormat, "csv"), metadata={"description": "that fit"})


class ExportStorageAnswer(Answer):
    files = count(3)
    bytes = count(181_204)
    limit_bytes = _count_or_null(10_737_418_240, "null: no limit")
    retention_days = count(30)
    queued = count(0, description="that were asked for")
    queued_for_reports = count(0, description="beside these")
    running = count(1)
    most_queued = count(20)


class TakenBackAnswer(Answer):
    success = fields.Boolean(metadata={"enum": [True], "examples": [True]})
    status = one_of(("cancelled", "deleted"), "cancelled")
