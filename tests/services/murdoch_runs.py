"""`import murdoch` run over a file, each run checked: its report adds up, and so do the rollups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.database import Database
from adapters.murdoch_file import open_murdoch_file
from services.importers.murdoch.report import ImportReport, TableReport
from services.importers.murdoch.run import import_murdoch
from services.operations.rollups import verify
from tests.services import stored
from tests.services.murdoch_files import GUILD, NOW_MS, OTHER_GUILD

EVERYTHING = (
    *stored.STATE,
    *stored.ROLLUPS,
    "violation_counts",
    "guild_configs",
    "guild_rules",
    "role_assignments",
    "audit_log",
)


def brought_over(database: Database, path: Path, now_ms: int = NOW_MS) -> ImportReport:
    with open_murdoch_file(path) as file:
        report = import_murdoch(database, file, now_ms, lambda rows: None)
    for table in report.tables:
        assert table.read == table.new + table.known + table.refused
    assert verify(database, None, now_ms) == []
    return report


def of_table(report: ImportReport, name: str) -> TableReport:
    return next(table for table in report.tables if table.table == name)


def everything(database: Database) -> Any:
    return (
        stored.all_rows(database, EVERYTHING, [GUILD, OTHER_GUILD]),
        stored.users(database, 1, 10_000),
    )


def row_of(database: Database, table: str, place: int = 0) -> dict[str, Any]:
    row = stored.rows(database, table, [GUILD, OTHER_GUILD])[place]
    return dict(zip(stored.table(table).c.keys(), row, strict=True))
