"""Parameters in addresses: filters, limits, cursors."""

from __future__ import annotations

import re

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from domain.spans import PERIODS
from schemas.fields import (
    RuleKeyField,
    SnowflakeField,
    TextField,
    TimestampField,
    UuidField,
)

_ON_PAGE = re.compile(r"/(?:[?#][!-~]*)?")


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
    # As rule-effectiveness names it: short, however long the name is.
    rule_hash = RuleKeyField()
    since = TimestampField()
    until = TimestampField()
    q = TextField(
        validate=validate.Length(max=200),
        metadata={"description": "stands in the reason, the rule or the member's name"},
    )
    incident = UuidField(metadata={"description": "those that are counted in this incident"})
    page = fields.Integer(validate=validate.Range(1, 1_000_000))
    per_page = fields.Integer(validate=validate.Range(1, 100))


class WarningQuery(PageQuery):
    search = TextField(validate=validate.Length(max=100))
    level = fields.Integer(validate=validate.Range(0, 5))


class MemberChoiceQuery(Schema):
    q = TextField(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "how the name begins, or the whole id; empty: moderators"},
    )


class AppealQuery(PageQuery):
    status = fields.String(validate=validate.OneOf(["pending", "approved", "denied"]))


class IncidentQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(["going_on", "over"]))


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


def _is_on_page(address: str) -> None:
    if not _ON_PAGE.fullmatch(address):
        raise ValidationError("Must be an address of the page: /, /?... or /#...")


class LoginQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    # Of our own page only: nobody is sent elsewhere by a link that begins here.
    next = fields.String(load_default="/", validate=[validate.Length(max=1500), _is_on_page])


class CallbackQuery(Schema):
    """What Discord adds when it sends a person back."""

    code = fields.String()
    state = fields.String()
