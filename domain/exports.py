"""Exports: what can be asked for, what the columns of each view are, and what does not fit.

A view is what one page of the dashboard shows, in full: all members and all rules, not the first
ten. Rows come newest first where they have a time, in the page's order where they are ranked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.actions import Action
from domain.export_columns import COLUMNS, Column, ExportType
from domain.roles import Admin, Moderator
from domain.rule_key import parse_rule_key
from domain.severity import DetectionType, Severity
from domain.snowflake import parse_snowflake
from domain.spans import PERIODS, Span
from domain.windows import DAY_MS

__all__ = ["Column", "ExportType"]


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    XLSX = "xlsx"


class ExportMode(StrEnum):
    """How CSV is written; JSON is always as the API, and a workbook is safe of itself."""

    SPREADSHEET = "spreadsheet"
    RAW = "raw"


class Compression(StrEnum):
    NONE = "none"
    GZIP = "gzip"


# Without a period and without `from`: what the page shows then. None is everything there is.
DEFAULT_SPANS: Mapping[ExportType, Span | None] = {
    ExportType.VIOLATIONS: None,
    ExportType.METRICS: Span.DAY,
    ExportType.HEALTH_METRICS: Span.DAY,
    ExportType.TOP_OFFENDERS: Span.ALL,
    ExportType.RULE_EFFECTIVENESS: Span.WEEK,
    ExportType.TEMPORAL_ANALYTICS: Span.QUARTER,
    ExportType.WARNINGS: None,
    ExportType.AUDIT_LOG: None,
}
# Exports are for moderators; of what fewer may see on the page, for those.
ROLES: Mapping[ExportType, type[Moderator]] = {
    **dict.fromkeys(ExportType, Moderator),
    ExportType.AUDIT_LOG: Admin,
}
# A member's level is of now, whenever it was given.
TIMELESS = (ExportType.WARNINGS,)
FILTERS: Mapping[ExportType, tuple[str, ...]] = {
    **dict.fromkeys(ExportType, ()),
    ExportType.VIOLATIONS: (
        *("severity", "detection_type", "action", "user_id", "rule", "rule_hash", "incident", "q"),
    ),
    ExportType.WARNINGS: ("level", "search"),
    ExportType.AUDIT_LOG: ("action", "user_id"),
}
_CHOICES: Mapping[tuple[ExportType, str], Iterable[str]] = {
    (ExportType.VIOLATIONS, "severity"): tuple(Severity),
    (ExportType.VIOLATIONS, "detection_type"): tuple(DetectionType),
    (ExportType.VIOLATIONS, "action"): tuple(Action),
    (ExportType.WARNINGS, "level"): ("0", "1", "2", "3", "4", "5"),
}


def parse_incident(text: str) -> UUID:
    """The id of an incident. Raises ValueError."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("must be the id of an incident") from None


# With a minus it is the pseudonym of a member who was erased since it was asked for.
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "user_id": lambda text: parse_snowflake(text.removeprefix("-")),
    "rule_hash": parse_rule_key,
    "incident": parse_incident,
}
MOST_FILTER_CHARACTERS = 1_000
MOST_YEARS_MS = 3_653 * DAY_MS
# What no text of a database can hold.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")

# How long one consistent read may last: on PostgreSQL it holds back the clearing of dead rows.
MOST_SECONDS = 30 * 60
# A sheet has 1,048,576 rows, one of which is the header.
SHEET_ROWS = 1_048_575
# What is certainly written within half that time.
MOST_XLSX_ROWS = 10 * SHEET_ROWS

MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWish:
    """One file to be made.

    as_of_ms: the moment of the consistent read; periods end there
    period: a trailing window of the page, or None
    from_ms, to_ms: [from, to) instead of a period; either may be left open where a view is a list
    filters: by name (see FILTERS), as text
    """

    guild_id: int
    export_type: ExportType
    format: ExportFormat
    as_of_ms: int
    mode: ExportMode = ExportMode.SPREADSHEET
    period: Span | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    compression: Compression = Compression.NONE

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS[self.export_type]

    @property
    def span(self) -> Span | None:
        """The trailing window that is exported; None with a `from` or `to`, or for everything."""
        if self.from_ms is not None or self.to_ms is not None:
            return None
        return self.period or DEFAULT_SPANS[self.export_type]


class TooManyRowsError(Exception):
    """More rows than the format holds."""


def errors_of(wish: ExportWish) -> dict[str, list[str]]:
    """What cannot be exported, by field; empty for a good wish."""
    given = (
        (name, _filter_error(wish.export_type, name, wish.filters[name])) for name in wish.filters
    )
    found: dict[str, list[str]] = {f"filters.{name}": [error] for name, error in given if error}
    if wish.format is ExportFormat.XLSX and wish.compression is not Compression.NONE:
        found["compression"] = ["an xlsx file is compressed as it is"]
    return found | _time_errors(wish)


def _time_errors(wish: ExportWish) -> dict[str, list[str]]:
    from_ms, to_ms = wish.from_ms, wish.to_ms
    is_between = from_ms is not None or to_ms is not None
    if wish.export_type in TIMELESS and (wish.period or is_between):
        return {"period": [f"{wish.export_type} have no period: they are as of now"]}
    if wish.period is not None and wish.period not in PERIODS:
        return {"period": [f"must be one of {', '.join(PERIODS)}"]}
    if wish.period and is_between:
        return {"period": ["a period and from or to exclude each other"]}
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        return {"to": ["must be after from"]}
    if is_between and DEFAULT_SPANS[wish.export_type] and (from_ms is None or to_ms is None):
        missing = "from" if from_ms is None else "to"
        return {missing: ["is needed too: these figures are of a closed stretch of time"]}
    if DEFAULT_SPANS[wish.export_type] and (to_ms or 0) - (from_ms or 0) > MOST_YEARS_MS:
        return {"to": ["must be within ten years of from"]}
    return {}


def _filter_error(export_type: ExportType, name: str, value: str) -> str | None:
    if name not in FILTERS[export_type]:
        known = ", ".join(FILTERS[export_type]) or "none"
        return f"is no filter of {export_type}; there are: {known}"
    if (choices := _CHOICES.get((export_type, name))) and value not in choices:
        return f"must be one of {', '.join(choices)}"
    if name in _PARSERS:
        try:
            _PARSERS[name](value)
        except ValueError as error:
            return str(error)
    if not 0 < len(value) <= MOST_FILTER_CHARACTERS:
        return f"must be of 1 to {MOST_FILTER_CHARACTERS:,} characters"
    return "must be text" if _NO_TEXT.search(value) else None


def fits(format: ExportFormat, rows: int) -> bool:
    """Whether the format holds so many rows."""
    return format is not ExportFormat.XLSX or rows <= MOST_XLSX_ROWS


def check_fits(format: ExportFormat, rows: int) -> None:
    """Raises TooManyRowsError, in words for the asker."""
    if not fits(format, rows):
        raise TooManyRowsError(
            f"{rows:,} rows; {format} holds at most {MOST_XLSX_ROWS:,}: narrow it, or take csv"
        )


def extension(wish: ExportWish) -> str:
    """`csv`, `ndjson.gz`, ..."""
    return f"{wish.format}.gz" if wish.compression is Compression.GZIP else str(wish.format)


def media_type(wish: ExportWish) -> str:
    return "application/gzip" if wish.compression is Compression.GZIP else MEDIA_TYPES[wish.format]
