"""A row of an export has what a row of the API has; what it leaves out is named here, with why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from marshmallow import Schema, fields

from domain.export_columns import COLUMNS
from domain.exports import ExportType
from schemas.answers.audit_log import AuditEntryAnswer
from schemas.answers.common import Answer
from schemas.answers.snapshots import (
    HealthFigures,
    HeatCell,
    MajorEvent,
    Offender,
    RuleFigures,
    SeriesPoint,
)
from schemas.answers.violations import ViolationAnswer, WarningAnswer

ROWS: dict[ExportType, tuple[type[Answer], ...]] = {
    ExportType.VIOLATIONS: (ViolationAnswer,),
    ExportType.METRICS: (SeriesPoint,),
    ExportType.HEALTH_METRICS: (HealthFigures,),
    ExportType.TOP_OFFENDERS: (Offender,),
    ExportType.RULE_EFFECTIVENESS: (RuleFigures,),
    ExportType.TEMPORAL_ANALYTICS: (HeatCell, MajorEvent),
    ExportType.WARNINGS: (WarningAnswer,),
    ExportType.AUDIT_LOG: (AuditEntryAnswer,),
}
PICTURES = {"avatar", "moderator_avatar"}  # addresses of pictures, which Discord changes
LEFT_OUT: dict[ExportType, set[str]] = {
    ExportType.VIOLATIONS: PICTURES,
    ExportType.TOP_OFFENDERS: {"avatar"},
    ExportType.RULE_EFFECTIVENESS: {"rule_hash"},  # of the page's addresses; the name is there
    ExportType.TEMPORAL_ANALYTICS: {
        "event_type",  # there is one, and `record` says so
        "incident_id",  # as raids are seen now, whatever is exported of then
        "usernames",  # several names do not fit into one cell; the ids do
    },
    ExportType.WARNINGS: {"avatar"},
    ExportType.AUDIT_LOG: {"avatar", "about"},  # `about` names what the details have
}
# Of the page's series beside `time_series`, or what tells rows of several kinds apart.
OWN: dict[ExportType, set[str]] = {
    ExportType.METRICS: {column.name for column in COLUMNS[ExportType.METRICS]}
    - {"timestamp", "messages", "violations"},
    ExportType.HEALTH_METRICS: {"since", "until"},
    ExportType.RULE_EFFECTIVENESS: {"dead"},
    ExportType.TEMPORAL_ANALYTICS: {"record", "peak"},
}
PREFIXES = {"penalties": "penalty_"}


def keys(schema: type[Schema]) -> Iterator[str]:
    """Those of objects within stand for the object, as a row has no such thing."""
    for name, field in schema._declared_fields.items():
        if isinstance(field, fields.Nested):
            yield from (f"{PREFIXES.get(name, '')}{one}" for one in field.schema.fields)
        else:
            yield name


@pytest.mark.parametrize("one", ExportType)
def test_it_has_the_columns_of_the_api(one: ExportType) -> None:
    told = {key for schema in ROWS[one] for key in keys(schema)}
    assert {column.name for column in COLUMNS[one]} - OWN.get(one, set()) == told - LEFT_OUT.get(
        one, set()
    )


@pytest.mark.parametrize("one", ExportType)
def test_what_is_left_out_is_there_to_be_left_out(one: ExportType) -> None:
    told = {key for schema in ROWS[one] for key in keys(schema)}
    assert LEFT_OUT.get(one, set()) <= told
    assert OWN.get(one, set()).isdisjoint(told)
