"""What clients send about scheduled reports."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.exports import ExportFormat, ExportType
from domain.report_schedules import Cadence, MissedPolicy, WhenEmpty
from schemas.body import Body
from schemas.fields import FlagField, TextField, UuidField

MOST_TARGETS = 10
OWN_KINDS = ("email", "webhook", "discord", "slack")
LONGEST_SETTING, MOST_ADDRESSES = 2000, 50
_ID = "0197d5c2-7a0a-4f0f-a1a5-4f0c7f9d2b11"
_WORDS: dict[str, Any] = {
    "cadence": Cadence,
    "missed_policy": MissedPolicy,
    "when_empty": WhenEmpty,
}


class TargetBody(Body):
    """Addresses of this report alone, or `channel_id`: a channel that the server has."""

    id = UuidField(
        allow_none=True,
        metadata={"description": "of a target that is there: it stays", "examples": [_ID]},
    )
    channel_id = UuidField(
        allow_none=True,
        metadata={"description": "a channel of the server, without more", "examples": [_ID]},
    )
    kind = fields.String(validate=validate.OneOf(OWN_KINDS), metadata={"examples": ["email"]})
    addresses = fields.List(
        TextField(validate=validate.Length(max=LONGEST_SETTING)),
        allow_none=True,
        validate=validate.Length(max=MOST_ADDRESSES),
        metadata={"examples": [["mods@example.org"]]},
    )
    url = TextField(
        allow_none=True,
        validate=validate.Length(max=LONGEST_SETTING),
        metadata={
            "description": "secret; its mask sent back leaves it as it is",
            "examples": ["https://example.org/hook"],
        },
    )
    thread_id = TextField(
        allow_none=True, validate=validate.Length(max=20), metadata={"examples": ["1300"]}
    )

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if data.get("id") is not None and data.get("channel_id") is not None:
            raise ValidationError("is one or the other", "channel_id")

    @post_load
    def _said(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Null, as answers have it, says nothing."""
        return {name: value for name, value in data.items() if value is not None}


class ReportChoices(Body):
    """Every field of a report."""

    name = TextField(validate=validate.Length(1, 100), metadata={"examples": ["Monday morning"]})
    export_types = fields.List(
        fields.String(validate=validate.OneOf([*ExportType])),
        validate=validate.Length(1, len(ExportType)),
        metadata={"description": "the views it shows", "examples": [["violations"]]},
    )
    format = fields.String(
        validate=validate.OneOf([*ExportFormat]),
        metadata={"description": "of the file with its rows", "examples": ["xlsx"]},
    )
    cadence = fields.String(validate=validate.OneOf([*Cadence]), metadata={"examples": ["weekly"]})
    timezone = TextField(
        validate=validate.OneOf(sorted(available_timezones())),
        metadata={"examples": ["Europe/Berlin"]},
    )
    hour = fields.Integer(strict=True, validate=validate.Range(0, 23), metadata={"examples": [8]})
    minute = fields.Integer(strict=True, validate=validate.Range(0, 59), metadata={"examples": [0]})
    weekday = fields.Integer(
        strict=True,
        validate=validate.Range(0, 6),
        metadata={"description": "of a weekly one: 0 = Sunday", "examples": [1]},
    )
    day = fields.Integer(
        strict=True,
        validate=validate.Range(0, 31),
        metadata={
            "description": "of a monthly one: 1 to 31, in a shorter month the last day; of a weekly"
            " one the same as `weekday`",
            "examples": [1],
        },
    )
    missed_policy = fields.String(
        validate=validate.OneOf([*MissedPolicy]),
        metadata={"description": "for runs missed while nothing ran", "examples": ["run_once"]},
    )
    when_empty = fields.String(
        validate=validate.OneOf([*WhenEmpty]),
        metadata={"description": "for a time in which nothing happened", "examples": ["send"]},
    )
    enabled = FlagField()
    delivery = fields.List(fields.Nested(TargetBody), validate=validate.Length(1, MOST_TARGETS))

    @post_load
    def _named(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Words as the enumerations they are; each view once."""
        for name, kind in _WORDS.items():
            if name in data:
                data[name] = kind(data[name])
        if "export_types" in data:
            data["export_types"] = tuple(dict.fromkeys(data["export_types"]))
        return _with_weekday(data)


class NewReportBody(ReportChoices):
    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = field_name in REQUIRED or field_name == "delivery"

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: object) -> None:
        if data["cadence"] == Cadence.WEEKLY and not data.keys() & {"weekday", "day"}:
            raise ValidationError("is required for a weekly report", "weekday")
        if data["cadence"] == Cadence.MONTHLY and "day" not in data:
            raise ValidationError("is required for a monthly report", "day")
        _check_day(data)


class PreviewBody(ReportChoices):
    """The same fields; where it goes does not matter, since nothing is sent."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = field_name in REQUIRED

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: object) -> None:
        _check_day(data)


class ReportBody(ReportChoices):
    """`version`: the one that was read; another change since then is answered with 412."""

    version = fields.Integer(
        strict=True, validate=validate.Range(1, 2**53), metadata={"examples": [1]}
    )

    @validates_schema(skip_on_field_errors=True)
    def _check(self, data: dict[str, Any], **_: object) -> None:
        _check_day(data)


REQUIRED = ("name", "export_types", "format", "cadence", "timezone", "hour")


def _check_day(data: dict[str, Any]) -> None:
    """What `day` may be depends on the cadence, where that is said as well."""
    if "cadence" not in data:
        return  # that of the report decides
    is_weekly = data["cadence"] == Cadence.WEEKLY
    day = data.get("day")
    if is_weekly and day is not None and day > 6:
        raise ValidationError("of a weekly report is 0 (Sunday) to 6", "day")
    if not is_weekly and day == 0:
        raise ValidationError("must be 1 to 31", "day")


def _with_weekday(data: dict[str, Any]) -> dict[str, Any]:
    """Clients of the first hour say the day of a weekly report as `day`."""
    if data.get("cadence") is Cadence.WEEKLY and "day" in data:
        day = data.pop("day")
        data.setdefault("weekday", day)
    return data
