"""Parameters in addresses: filters, limits, cursors."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from domain.snapshot import PERIODS
from schemas.fields import SnowflakeField, TextField, TimestampField


class PageQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(validate=validate.Length(max=200))


class ViolationQuery(PageQuery):
    severity = fields.String(validate=validate.OneOf(["low", "medium", "high"]))
    detection_type = fields.String(
        validate=validate.OneOf(["regex", "ai", "automod", "manual", "raid"])
    )
    action = fields.String(
        validate=validate.OneOf(["warning", "timeout", "kick", "ban", "other", "none"])
    )
    user_id = SnowflakeField()
    rule = TextField(validate=validate.Length(1, 1000))
    since = TimestampField()
    until = TimestampField()
    q = TextField(validate=validate.Length(max=200))
    page = fields.Integer(validate=validate.Range(1, 1_000_000))
    per_page = fields.Integer(validate=validate.Range(1, 100))


class WarningQuery(PageQuery):
    search = TextField(validate=validate.Length(max=100))
    level = fields.Integer(validate=validate.Range(0, 5))


class AppealQuery(PageQuery):
    status = fields.String(validate=validate.OneOf(["pending", "approved", "denied"]))


class AuditQuery(PageQuery):
    offset = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))


class ViolationExportQuery(ViolationQuery):
    format = fields.String(validate=validate.OneOf(["csv"]), load_default="csv")

    class Meta:
        unknown = EXCLUDE
        exclude = ("limit", "cursor", "page", "per_page")


class PeriodQuery(Schema):
    period = fields.String(validate=validate.OneOf([span.value for span in PERIODS]))


class RuleQuery(PeriodQuery):
    limit = fields.Integer(load_default=5, validate=validate.Range(1, 50))


class CallbackQuery(Schema):
    """What Discord adds when it sends a person back."""

    code = fields.String()
    state = fields.String()
