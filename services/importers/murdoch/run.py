"""`import murdoch`: everything the earlier bot knew, each row once, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from adapters.database import Database
from adapters.murdoch_file import MurdochFile, MurdochFileError, Value
from services.importers.murdoch import events, members, metrics, settings
from services.importers.murdoch.report import ImportReport, RefusedError, TableReport
from services.importers.murdoch.row import MurdochRow

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of one table become ours: one by one, and then stored by the chunk.

    convert: raises RefusedError for a row that cannot be imported
    store: writes a chunk in one transaction; how many of it were new
    """

    name: str
    columns: tuple[str, ...]
    convert: Callable[[MurdochRow], Any]
    store: Callable[[Database, Sequence[Any], int], int]


def _table(
    name: str,
    columns: str,
    convert: Callable[[MurdochRow], Any],
    store: Callable[[Database, Sequence[Any], int], int],
) -> Table:
    return Table(name, tuple(columns.split()), convert, store)


# Violations before the hourly counts, which stand in only where there are none.
TABLES = (
    _table(
        "user_cache",
        "user_id username discriminator avatar cached_at updated_at",
        members.user_row,
        members.store_users,
    ),
    _table(
        "violations",
        "id user_id guild_id message_id reason severity detection_type action_taken timestamp",
        events.violation_event,
        events.store_events,
    ),
    _table(
        "metrics_hourly",
        "id guild_id hour messages_processed regex_violations ai_violations high_severity"
        " medium_severity low_severity avg_response_time_ms",
        metrics.metrics_hour,
        metrics.store_metrics,
    ),
    _table(
        "user_warnings",
        "id user_id guild_id level kicked_before last_violation created_at",
        members.warning_state,
        members.store_warnings,
    ),
    _table(
        "appeals",
        "id user_id guild_id violation_id thread_id status created_at resolved_at resolved_by",
        members.appeal_state,
        members.store_appeals,
    ),
    _table(
        "server_config",
        "guild_id severity_threshold buffer_timeout_secs buffer_threshold mod_role_id created_at"
        " updated_at",
        settings.config_row,
        settings.store_configs,
    ),
    _table(
        "server_rules",
        "guild_id rules_text updated_at updated_by",
        settings.rules_row,
        settings.store_rules,
    ),
    _table(
        "role_assignments",
        "id guild_id user_id role assigned_by assigned_at",
        settings.role_row,
        settings.store_roles,
    ),
    _table(
        "audit_log",
        "id guild_id user_id action details timestamp",
        settings.audit_row,
        settings.store_audit,
    ),
)


# What is read through a cache: whoever imports has to drop these guilds' entries.
_CACHED = ("server_config", "server_rules")


def tables_of(file: MurdochFile) -> list[Table]:
    """Those of TABLES that the file has. MurdochFileError for one that is not the earlier bot's."""
    if "ingested_events" in file.columns:
        raise MurdochFileError(f"{file.path} is a database of Modwatch, not of the earlier bot")
    found = [table for table in TABLES if table.name in file.columns]
    if not found:
        raise MurdochFileError(f"{file.path} has none of the earlier bot's tables")
    return found


def import_murdoch(
    database: Database, file: MurdochFile, now_ms: int, progress: Callable[[int], None]
) -> ImportReport:
    """Import `file`, a chunk a transaction; `progress` hears how many rows each chunk had.

    Stopped half-way, it goes on where it was when it is started again.
    """
    report = ImportReport(missing=[one.name for one in TABLES if one.name not in file.columns])
    for table in tables_of(file):
        of_table = TableReport(table.name)
        report.tables.append(of_table)
        rows = file.rows(table.name, table.columns)
        while chunk := list(islice(rows, CHUNK)):
            wanted = list(_converted(table, chunk, now_ms, of_table))
            new = table.store(database, wanted, now_ms) if wanted else 0
            of_table.read += len(chunk)
            of_table.new += new
            of_table.known += len(wanted) - new
            if table.name in _CACHED:
                report.configured_guilds.update(claim.guild_id for claim in wanted)
            progress(len(chunk))
    return report


def _converted(
    table: Table, chunk: Sequence[tuple[Value, ...]], now_ms: int, report: TableReport
) -> Iterator[Any]:
    for values in chunk:
        row = MurdochRow(dict(zip(table.columns, values, strict=True)), now_ms)
        try:
            converted = table.convert(row)
        except RefusedError as error:
            report.refuse(error)
        else:
            report.notes.update(row.notes.keys())
            yield converted
