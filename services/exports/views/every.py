"""Every view: how many rows it has, and these in Python."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.exports import ExportType, ExportWish
from services.exports.lines import Row
from services.exports.views import figures, lists, ranked, temporal, violations


@dataclass(frozen=True, slots=True)
class View:
    """rows: in the order of domain.export_columns, as its kinds say."""

    count: Callable[[Connection, ExportWish], int]
    rows: Callable[[Connection, ExportWish], Generator[Row]]


VIEWS = {
    ExportType.VIOLATIONS: View(violations.count, violations.rows),
    ExportType.METRICS: View(figures.count_metrics, figures.metrics),
    ExportType.HEALTH_METRICS: View(figures.count_health, figures.health_metrics),
    ExportType.TOP_OFFENDERS: View(ranked.count_offenders, ranked.top_offenders),
    ExportType.RULE_EFFECTIVENESS: View(ranked.count_rules, ranked.rule_effectiveness),
    ExportType.TEMPORAL_ANALYTICS: View(temporal.count, temporal.rows),
    ExportType.WARNINGS: View(lists.count_members, lists.warnings),
    ExportType.AUDIT_LOG: View(lists.count_audit_log, lists.audit_log),
}
