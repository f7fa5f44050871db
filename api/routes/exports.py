"""Exports: asked for, followed, downloaded, deleted."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from adapters.exports.storage import StorageAwayError
from api.http.answers import invalid, json_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import deny, guarded, require_caller
from api.http.idempotency import idempotent, operation_id
from api.http.ranges import wanted_range
from api.openapi.declare import answers
from domain.export_life import WAITING, ExportState, words_of
from domain.exports import MEDIA_TYPES, ROLES, ExportType
from domain.roles import Authenticated, Moderator, name_of
from models.exports.history import ExportRow
from schemas.answers.exports import (
    ExportAnswer,
    ExportEstimateAnswer,
    ExportManifestAnswer,
    ExportsAnswer,
    ExportStorageAnswer,
    QueuedExportAnswer,
    TakenBackAnswer,
)
from schemas.export import ExportBody
from schemas.query import PageQuery
from services.exports import asking, shown
from services.exports.download import FileGoneError, elsewhere, open_file, pieces
from services.exports.estimating import estimated
from services.work.start import is_done_here

# So long clients of the unversioned prefix wait for their file, and so often it is looked for.
WAIT_SECONDS, LOOK_SECONDS = 10.0, 0.1
RETRY_AFTER_SECONDS = 30
FILE_TYPES = (*{one.partition(";")[0]: None for one in MEDIA_TYPES.values()}, "application/gzip")

blueprint = Blueprint(
    "exports",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>/export",
    description="Whole views as files: made in the background, kept for a while.",
)
ONE = "/<uuid(export):export_id>"


@blueprint.post("")
@guarded
@idempotent
@answers(QueuedExportAnswer, 202, body=ExportBody, errors=(409, 429))
def make_export(who: Authenticated[Moderator]) -> Response:
    """Have a file made. Follow `status_url`; 20 of a server may wait. `audit_log` needs admin.

    On the unversioned prefix the answer comes when the file is there, 10 s later at the most, as
    200 with `file_path`, `file_size` and `record_count`.
    """
    asked = asking.Asked(**json_body(ExportBody()))
    _require_role(who, asked.export_type)
    with _refusals():
        row = asking.ask_export(parts(), who, operation_id(), asked)
    if request.environ.get("modwatch.unversioned"):
        row = _waited_for(row)
        if row.state is ExportState.DONE:
            return json_answer(_older(row))
    return json_answer(_queued(row), 202)


@blueprint.post("/estimate")
@guarded
@answers(ExportEstimateAnswer, body=ExportBody)
def estimate_export(who: Authenticated[Moderator]) -> Response:
    """How many rows it has, how large it gets, and which formats hold that. Makes nothing."""
    asked = asking.Asked(**json_body(ExportBody()))
    _require_role(who, asked.export_type)
    with _refusals():
        return json_answer(estimated(parts(), who, asked))


@blueprint.get("/history")
@guarded
@answers(ExportsAnswer)
@blueprint.arguments(PageQuery, location="query")
def list_exports(query: dict[str, Any], who: Authenticated[Moderator]) -> Response:
    """Exports, newest first; those that are over stay for 30 days. Unversioned: a bare list.

    Of a view that needs a higher role (`audit_log`) only for those who have it.
    """
    try:
        page = shown.exports_page(parts(), who, **query)
    except ValueError as error:
        raise invalid("cursor", str(error)) from None
    unversioned = request.environ.get("modwatch.unversioned")
    return json_answer(page.exports if unversioned else page)


@blueprint.get("/storage")
@guarded
@answers(ExportStorageAnswer)
def get_storage(who: Authenticated[Moderator]) -> Response:
    """What the server's files take, what they may take, and how many exports wait."""
    return json_answer(shown.storage_shown(parts(), who))


@blueprint.get(ONE)
@guarded
@answers(ExportAnswer, errors=(404,))
def get_export(export_id: UUID, who: Authenticated[Moderator]) -> Response:
    """How far an export is, and what came of it."""
    found = shown.export_shown(parts(), who, export_id)
    if found is None:
        raise _missing()
    _require_role(who, ExportType(found.export_type))
    return json_answer(found)


@blueprint.delete(ONE)
@guarded
@answers(TakenBackAnswer, errors=(404,))
def delete_export(export_id: UUID, who: Authenticated[Moderator]) -> Response:
    """Cancel an export that waits or runs; delete one that is over, with its file."""
    _row(who, export_id)
    try:
        state = asking.take_back(parts(), who, export_id)
    except LookupError:
        raise _missing() from None
    status = "cancelled" if state is ExportState.CANCELLED else "deleted"
    return json_answer({"success": True, "status": status})


@blueprint.get(f"{ONE}/manifest")
@guarded
@answers(ExportManifestAnswer, errors=(404, 409, 410))
def get_manifest(export_id: UUID, who: Authenticated[Moderator]) -> Response:
    """What the file is: filters, moment, columns, rows, hash."""
    row = _row(who, export_id)
    if row.state not in (ExportState.DONE, ExportState.EXPIRED):
        _refuse_unmade(row)
    return json_answer(shown.manifest_shown(parts(), who, row))


@blueprint.get("/download/<uuid(export):export_id>")
@guarded
@answers(
    None,
    also=(206, 302),
    errors=(404, 409, 410, 416),
    takes=("Range", "If-Range"),
    gives=("Content-Disposition", "ETag", "Repr-Digest"),
    media_type=FILE_TYPES,
)
def download_export(export_id: UUID, who: Authenticated[Moderator]) -> Response:
    """The file, whole or one range of it; `ETag` and `Repr-Digest` are its SHA-256.

    Where files lie in a bucket: 302 to an address there, which is good for a minute.
    """
    row = _row(who, export_id)
    if row.state is not ExportState.DONE or row.sha256 is None:
        _refuse_unmade(row)
    digest = b64encode(bytes.fromhex(row.sha256)).decode()
    kept = {"Cache-Control": "private, no-store", "Repr-Digest": f"sha-256=:{digest}:"}
    if (url := _elsewhere(row)) is not None:
        return Response(status=302, headers={**kept, "Location": url})
    wanted = wanted_range(request, row.size_bytes, row.sha256)
    try:
        file = open_file(parts(), row)
    except FileGoneError as error:
        raise Problem(410, str(error)) from None
    headers = {
        **kept,
        **wanted.headers(row.size_bytes),
        "ETag": f'"{row.sha256}"',
        "Content-Disposition": f'attachment; filename="{shown.file_name_of(row)}"',
    }
    body = pieces(file, wanted.start, wanted.end)
    answer = Response(
        body, 206 if wanted.is_part else 200, headers, content_type=shown.media_of(row)
    )
    answer.call_on_close(file.close)  # also where nothing of it is read, as with HEAD
    return answer


def _elsewhere(row: ExportRow) -> str | None:
    """Raises Problem 410 where it is gone, 503 where the bucket refuses us."""
    try:
        return elsewhere(parts(), row)
    except FileGoneError as error:
        raise Problem(410, str(error)) from None
    except StorageAwayError:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        words = "the storage for exports cannot be reached"
        raise Problem(503, words, headers=headers) from None


def _require_role(who: Authenticated[Moderator], export_type: ExportType) -> None:
    """Who may not see a view takes none out either, and reads nothing of those that others took."""
    needed = ROLES[export_type]
    if not issubclass(who.role, needed):
        deny(require_caller(), who.guild_id, name_of(needed))


def _row(who: Authenticated[Moderator], id: UUID) -> ExportRow:
    row = shown.stored(parts(), who, id)
    if row is None:
        raise _missing()
    _require_role(who, row.export_type)
    return row


def _waited_for(row: ExportRow) -> ExportRow:
    """The export when it is over, or as it is after WAIT_SECONDS; at once where nobody makes it."""
    until_seconds = time.monotonic() + WAIT_SECONDS
    while row.state in WAITING and is_done_here(parts()) and time.monotonic() < until_seconds:
        time.sleep(LOOK_SECONDS)
        found = shown.stored_again(parts(), row)
        if found is None:
            raise Problem(409, "the export was deleted meanwhile")
        row = found
    if row.state not in (*WAITING, ExportState.DONE):
        _refuse_unmade(row)
    return row


def _queued(row: ExportRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "status": row.state,
        "status_url": shown.status_path(parts(), row),
        "download_url": shown.download_path(parts(), row),
    }


def _older(row: ExportRow) -> dict[str, Any]:
    return {
        **_queued(row),
        "file_path": shown.file_name_of(row),
        "file_size": row.size_bytes,
        "record_count": row.rows_done,
    }


def _refuse_unmade(row: ExportRow) -> NoReturn:
    if row.state is ExportState.EXPIRED:
        raise Problem(410, "the file's time is over: make the export again")
    if row.state in WAITING:
        raise Problem(409, f"the export is {row.state}: its file is not there yet")
    words = words_of(row.error_code, row.state) if row.error_code else "There is no file."
    raise Problem(410, f"The export {row.state}. {words}")


@contextmanager
def _refusals() -> Iterator[None]:
    """What services refuse, as HTTP says it."""
    try:
        yield
    except asking.WishError as error:
        raise Problem(422, "some fields are invalid", error.errors) from None
    except asking.TooManyWaitingError as error:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise Problem(429, str(error), headers=headers) from None
    except asking.NoRoomError as error:
        raise Problem(409, str(error)) from None


def _missing() -> Problem:
    return Problem(404, "there is no export with this id in this server")
