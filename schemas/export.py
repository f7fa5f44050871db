"""What clients send about exports; what fits together domain/exports.py knows."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, pre_load, validate

from domain.exports import Compression, ExportFormat, ExportMode, ExportType
from domain.spans import PERIODS, Span
from schemas.body import Body
from schemas.fields import TimestampField


class ExportBody(Body):
    """`filters` by name, as text: those that the list of the view takes."""

    export_type = fields.String(required=True, validate=validate.OneOf([*ExportType]))
    format = fields.String(required=True, validate=validate.OneOf([*ExportFormat]))
    mode = fields.String(
        load_default=ExportMode.SPREADSHEET.value,
        validate=validate.OneOf([*ExportMode]),
        metadata={"description": "`spreadsheet`: cells that start a formula are defused"},
    )
    compression = fields.String(
        load_default=Compression.NONE.value, validate=validate.OneOf([*Compression])
    )
    period = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf([span.value for span in PERIODS]),
        metadata={"description": "a trailing window; or `from` and `to`; or what the page shows"},
    )
    since_ms = TimestampField(
        data_key="from", load_default=None, allow_none=True, metadata={"description": "inclusive"}
    )
    until_ms = TimestampField(
        data_key="to", load_default=None, allow_none=True, metadata={"description": "exclusive"}
    )
    filters = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(max=1000)),
        load_default=dict,
        validate=validate.Length(max=20),
        metadata={"examples": [{"severity": "high"}]},
    )

    @pre_load
    def take_numbers(self, data: Any, **_: Any) -> Any:
        """`{"level": 3}` means what `{"level": "3"}` does; null, as nothing, is no filter."""
        if not isinstance(data, dict) or "filters" not in data:
            return data
        filters = {} if data["filters"] is None else data["filters"]
        if isinstance(filters, dict):
            given = {name: value for name, value in filters.items() if value is not None}
            plain = {name: str(one) if type(one) is int else one for name, one in given.items()}
            return data | {"filters": plain}
        return data

    @post_load
    def as_words(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Words as the enumerations they are."""
        return {
            "export_type": ExportType(data["export_type"]),
            "format": ExportFormat(data["format"]),
            "mode": ExportMode(data["mode"]),
            "compression": Compression(data["compression"]),
            "period": None if data["period"] is None else Span(data["period"]),
            "from_ms": data["since_ms"],
            "to_ms": data["until_ms"],
            "filters": data["filters"],
        }
