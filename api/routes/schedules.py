"""Scheduled reports of a server: when, about what, to whom, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from adapters.drawing.draw import DrawingError
from api.http.answers import invalid, json_answer, secret_answer
from api.http.bodies import json_body
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import guarded
from api.http.idempotency import idempotent, operation_id
from api.openapi.declare import answers
from domain.report_schedules import RunKind
from domain.roles import Admin, Authenticated, Owner, Viewer
from schemas.alert import RetryBody
from schemas.answers.common import SuccessAnswer
from schemas.answers.reports import (
    ForgottenAnswer,
    PreviewAnswer,
    ReportAnswer,
    ReportsAnswer,
    RunsAnswer,
    SavedReportAnswer,
    SigningSecretAnswer,
    StartedRunAnswer,
)
from schemas.query import PageQuery
from schemas.report import NewReportBody, PreviewBody, ReportBody
from services.deliveries import people
from services.reports import asked, runs, schedules, shown
from services.reports.targets import TargetsError

blueprint = Blueprint(
    "schedules",
    __name__,
    url_prefix="/api/v1/servers/<snowflake(server):guild_id>",
    description="Scheduled reports: closed days, weeks or months, by mail and to channels.",
)
SCHEDULE = "/schedules/<uuid(schedule):schedule_id>"


@blueprint.get("/schedules")
@guarded
@answers(ReportsAnswer)
def list_schedules(who: Authenticated[Viewer]) -> Response:
    """Every report, when it runs next, and what became of the last run at each target.

    Where it goes is masked for all but admins.
    """
    return json_answer(shown.schedules_shown(parts(), who))


@blueprint.post("/schedules")
@guarded
@idempotent
@answers(SavedReportAnswer, 201, body=NewReportBody, errors=(409,))
def create_schedule(who: Authenticated[Admin]) -> Response:
    """Plan a report, 20 at most. A webhook's signing secret is made by `rotate-secret`."""
    body = json_body(NewReportBody())
    with _refusals():
        return _saved(who, schedules.create_schedule(parts(), who, operation_id(), body), 201)


@blueprint.post("/schedules/preview")
@guarded
@answers(PreviewAnswer, body=PreviewBody, errors=(429, 503))
def preview(who: Authenticated[Admin]) -> Response:
    """What such a report would look like for the last closed time. Nothing is sent."""
    body = json_body(PreviewBody())
    with _refusals():
        return json_answer(runs.preview(parts(), who, body))


@blueprint.get(SCHEDULE)
@guarded
@answers(ReportAnswer, errors=(404,))
def get_schedule(schedule_id: UUID, who: Authenticated[Viewer]) -> Response:
    """One report."""
    with _refusals():
        return json_answer(shown.schedule_shown(parts(), who, schedule_id))


@blueprint.patch(SCHEDULE)
@guarded
@answers(SavedReportAnswer, body=ReportBody, errors=(404, 412))
def change_schedule(schedule_id: UUID, who: Authenticated[Admin]) -> Response:
    """Change any of the fields; `delivery` is the whole list, with `id` of those that stay."""
    body = json_body(ReportBody())
    with _refusals():
        return _saved(who, schedules.change_schedule(parts(), who, schedule_id, body))


@blueprint.delete(SCHEDULE)
@guarded
@answers(SuccessAnswer, errors=(404,))
def delete_schedule(schedule_id: UUID, who: Authenticated[Admin]) -> Response:
    """Remove a report; what waits to be sent of it is not sent. Its runs stay on record."""
    if not schedules.remove_schedule(parts(), who, schedule_id):
        raise _missing()
    return json_answer({"success": True})


@blueprint.post(f"{SCHEDULE}/run")
@guarded
@idempotent
@answers(StartedRunAnswer, 202, errors=(404, 422, 429))
def run(schedule_id: UUID, who: Authenticated[Admin]) -> Response:
    """Make and send one now, of the last closed time; 5 a minute."""
    return _started(schedule_id, who, RunKind.MANUAL)


@blueprint.post(f"{SCHEDULE}/test")
@guarded
@idempotent
@answers(StartedRunAnswer, 202, errors=(404, 422, 429))
def try_schedule(schedule_id: UUID, who: Authenticated[Admin]) -> Response:
    """The same, and each message says that it is a test; 5 a minute."""
    return _started(schedule_id, who, RunKind.TEST)


@blueprint.get(f"{SCHEDULE}/runs")
@guarded
@answers(RunsAnswer, errors=(404,))
@blueprint.arguments(PageQuery, location="query")
def list_runs(query: dict[str, Any], schedule_id: UUID, who: Authenticated[Viewer]) -> Response:
    """Every run, what became of it at each target, and the receiver's own answer."""
    limit, cursor = query["limit"], query.get("cursor")
    with _refusals():
        try:
            return json_answer(shown.runs_shown(parts(), who, schedule_id, limit, cursor))
        except ValueError as error:
            raise invalid("cursor", str(error)) from None


@blueprint.delete(f"{SCHEDULE}/runs")
@guarded
@answers(ForgottenAnswer, errors=(404,))
def delete_runs(schedule_id: UUID, who: Authenticated[Owner]) -> Response:
    """Delete the record of runs that are over."""
    with _refusals():
        forgotten = schedules.forget_history(parts(), who, schedule_id)
    return json_answer({"forgotten": forgotten})


@blueprint.post(f"{SCHEDULE}/deliveries/<uuid(delivery):sent_id>/resend")
@guarded
@idempotent
@answers(SuccessAnswer, body=RetryBody, errors=(404, 409))
def resend(schedule_id: UUID, sent_id: UUID, who: Authenticated[Admin]) -> Response:
    """Send one once more that is dead or unknown; the unknown may have arrived: `may_repeat`."""
    may_repeat: bool = json_body(RetryBody())["may_repeat"]
    with _refusals():
        runs.resend(parts(), who, schedule_id, sent_id, may_repeat=may_repeat)
    return json_answer({"success": True})


@blueprint.post(f"{SCHEDULE}/delivery/<uuid(target):target_id>/rotate-secret")
@guarded
@answers(SigningSecretAnswer, errors=(404,))
def rotate_target_secret(schedule_id: UUID, target_id: UUID, who: Authenticated[Admin]) -> Response:
    """The signing secret of a webhook of this report alone, made anew and shown only here."""
    with _refusals():
        secret = schedules.rotate_target_secret(parts(), who, schedule_id, target_id)
    return secret_answer({"signing_secret": secret})


def _saved(who: Authenticated[Admin], saved: schedules.Saved, status: int = 200) -> Response:
    document = shown.schedule_shown(parts(), who, saved.row.schedule.id)
    return json_answer({"schedule": document, "warnings": list(saved.warnings)}, status)


def _started(schedule_id: UUID, who: Authenticated[Admin], kind: RunKind) -> Response:
    with _refusals():
        id = asked.run_now(parts(), who, schedule_id, kind, operation_id())
        return json_answer({"run": shown.run_shown(parts(), who, id)}, 202)


@contextmanager
def _refusals() -> Iterator[None]:
    """What services refuse, as HTTP says it."""
    try:
        yield
    except TargetsError as error:
        places = {str(place): fields for place, fields in error.errors.items()}
        raise Problem(422, "some fields are invalid", {"delivery": places}) from None
    except (schedules.NoScheduleError, people.NoDeliveryError):
        raise _missing() from None
    except schedules.ScheduleFieldError as error:
        raise invalid(error.field, str(error)) from None
    except schedules.StaleVersionError as error:
        raise Problem(412, str(error)) from None
    except (schedules.TooManySchedulesError, people.NotRetryableError) as error:
        raise Problem(409, str(error)) from None
    except people.MayRepeatError as error:
        raise invalid("may_repeat", str(error)) from None
    except runs.TooManyPreviewsError as error:
        raise Problem(429, str(error), headers={"Retry-After": "2"}) from None
    except asked.TooManyRunsError as error:
        raise Problem(429, str(error), headers={"Retry-After": "60"}) from None
    except DrawingError:
        raise Problem(503, "it cannot be drawn just now", headers={"Retry-After": "10"}) from None


def _missing() -> Problem:
    return Problem(404, "there is no such report in this server")
