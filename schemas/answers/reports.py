"""Answers about scheduled reports."""

from __future__ import annotations

from marshmallow import fields

from domain.delivery_life import DeliveryState
from domain.exports import ExportFormat, ExportType
from domain.report_schedules import Cadence, MissedPolicy, RunKind, WhenEmpty
from domain.report_states import RunState
from schemas.answers.alerts import AttemptAnswer, DeliveryChannelAnswer
from schemas.answers.common import (
    Answer,
    count,
    cursor,
    flag,
    many,
    moment,
    one_of,
    uuid,
    whole,
)
from schemas.answers.common import text as words

AT = "2026-11-30T07:00:00.000Z"
ID = "0197d5c2-7a0a-4f0f-a1a5-4f0c7f9d2b11"
TARGET_STATES = ("ok", "failing", "broken", "gone")


class OutcomeAnswer(Answer):
    """What became of a report at one channel and address."""

    id = uuid(ID)
    channel = fields.Nested(DeliveryChannelAnswer)
    target = words("mods@example.org", null=True)
    status = one_of(DeliveryState, "sent")
    reason = words("sent")
    text = words("The provider took it.")
    due_at = moment(None, null=True)
    attempts = count(1)
    may_be_repeat = flag(False)
    last_attempt = fields.Nested(AttemptAnswer, allow_none=True)


class WindowAnswer(Answer):
    """The closed day, week (Monday to Sunday) or month, by the clock of `timezone`."""

    start = moment("2026-11-22T23:00:00.000Z")
    end = moment("2026-11-29T23:00:00.000Z")
    timezone = words("Europe/Berlin")
    cadence = one_of(Cadence, "weekly")


class RunAnswer(Answer):
    id = uuid(ID)
    kind = one_of((RunKind.SCHEDULED, RunKind.MANUAL, RunKind.TEST), "scheduled")
    status = one_of(RunState, "sent")
    reason = words("sent")
    due_at = moment(AT, null=True, description="null where a person asked for it")
    is_late = flag(False, description="it was due while nothing ran")
    window = fields.Nested(WindowAnswer)
    exports = fields.List(uuid(ID), metadata={"description": "ids of its files"})
    created_at = moment(AT)
    built_at = moment(AT, null=True)
    ended_at = moment(AT, null=True)
    deliveries = many(OutcomeAnswer, description="one per channel and address")


class RunsAnswer(Answer):
    runs = many(RunAnswer, description="latest first")
    next_cursor = cursor()


class StartedRunAnswer(Answer):
    run = fields.Nested(RunAnswer)


class TargetAnswer(Answer):
    """Of this report alone, with `id`; or with `channel_id`, a channel of the server."""

    id = fields.UUID(allow_none=True, metadata={"examples": [ID]})
    channel_id = fields.UUID(allow_none=True, metadata={"examples": [None]})
    kind = words("email")
    name = words("Email of a report", null=True)
    addresses = fields.List(
        words("mods@example.org"), allow_none=True, metadata={"examples": [["mods@example.org"]]}
    )
    url = words(None, null=True, description="masked")
    thread_id = words(None, null=True)
    state = one_of(TARGET_STATES, "ok")
    last_failure = words(None, null=True)
    last = many(OutcomeAnswer, description="of the last run, by address")


class NextRunAnswer(Answer):
    local = words("2026-11-30T08:00:00+01:00", description="by the report's own clock")
    at = moment(AT)


class ReportAnswer(Answer):
    id = uuid(ID)
    name = words("Monday morning")
    export_types = fields.List(one_of(ExportType, "violations"))
    format = one_of(ExportFormat, "xlsx")
    cadence = one_of(Cadence, "weekly")
    timezone = words("Europe/Berlin")
    hour = whole(8, 0, 23)
    minute = whole(0, 0, 59)
    weekday = fields.Integer(allow_none=True, metadata={"examples": [1]})
    day = fields.Integer(allow_none=True, metadata={"examples": [None]})
    missed_policy = one_of(MissedPolicy, "run_once")
    when_empty = one_of(WhenEmpty, "send")
    enabled = flag(True)
    why_not = words(None, null=True, description="why it was switched off, if by no person")
    failing = flag(False, description="its last run failed")
    delivery = many(TargetAnswer)
    next_runs = many(NextRunAnswer, description="the next five")
    last_run = fields.Nested(RunAnswer, allow_none=True)
    version = whole(1, 1, 1 << 53)
    created_at = moment(AT)
    updated_at = moment(AT)


class ReportsAnswer(Answer):
    schedules = many(ReportAnswer, description="in the order in which they were made")
    mailed_to = count(
        2, description="mail addresses that got reports of the server, as far as that is kept"
    )


class SavedReportAnswer(Answer):
    schedule = fields.Nested(ReportAnswer)
    warnings = fields.List(words("This webhook posts to another server than this one."))


class PreviewAnswer(Answer):
    """A report of the last closed day, week or month, sent to nobody."""

    subject = words("Rustaceans: Monday 16 to Sunday 22 November 2026")
    text = words("A calm week with one raid.")
    html = words("<!doctype html>", description="whole, with its picture inside")
    png = words("iVBORw0KGgo=", description="the picture alone, in base64")
    next_runs = many(NextRunAnswer, description="the next five")


class SigningSecretAnswer(Answer):
    signing_secret = words("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", description="shown only here")


class ForgottenAnswer(Answer):
    forgotten = count(12, description="runs that were deleted")
