"""What leaves Modwatch, and what takes minutes."""

from __future__ import annotations

from tools.boards.panels import Board, Chart
from tools.boards.queries import per_second, quantile

DELIVERIES_AND_LONG_WORK = Board(
    "modwatch-deliveries",
    "Modwatch: deliveries and exports",
    "What leaves Modwatch, and what takes minutes.",
    (
        Chart(
            title="Attempts to deliver",
            queries={
                "{{kind}} {{outcome}}": per_second("modwatch_deliveries_total", "kind, outcome")
            },
            unit="cps",
        ),
        Chart(
            title="Time of a delivery, 99 %",
            queries={"{{kind}}": quantile("0.99", "modwatch_delivery_seconds_bucket", "le, kind")},
            unit="s",
        ),
        Chart(title="Deliveries that are due", queries={"due": "max(modwatch_deliveries_due)"}),
        Chart(
            title="How late deliveries are",
            queries={"the oldest": "max(modwatch_deliveries_oldest_due_seconds)"},
            unit="s",
        ),
        Chart(title="Broken channels", queries={"broken": "max(modwatch_channels_broken)"}),
        Chart(
            title="Since alerts were last looked at",
            queries={"age": "time() - max(modwatch_alerts_last_evaluation_timestamp_seconds)"},
            unit="s",
        ),
        Chart(
            title="Scheduled reports",
            queries={
                "{{outcome}}": per_second("modwatch_reports_total", "outcome"),
                "overdue": "max(modwatch_reports_overdue)",
                "to be made": "max(modwatch_reports_waiting)",
                "failing": "max(modwatch_reports_failing)",
            },
        ),
        Chart(
            title="How late scheduled reports are",
            queries={"the oldest": "max(modwatch_reports_oldest_overdue_seconds)"},
            unit="s",
        ),
        Chart(
            title="Exports",
            queries={
                "{{state}}": "max by (state) (modwatch_exports_waiting)",
                "ended: {{outcome}}": "sum by (outcome)"
                " (increase(modwatch_exports_total[$__rate_interval]))",
            },
            words="Stuck ones are queued, and wait for room or for the database.",
        ),
        Chart(
            title="Oldest read of an export",
            queries={"the oldest": "max(modwatch_exports_oldest_snapshot_seconds)"},
            unit="s",
            words="PostgreSQL keeps dead rows for it; half an hour at the most.",
        ),
        Chart(
            title="Long work",
            queries={
                "{{kind}} waits": "max by (kind) (modwatch_long_work_waiting)",
                "{{kind}} runs": "max by (kind) (modwatch_long_work_running)",
                "{{kind}} given up, 30 d": "max by (kind) (modwatch_long_work_failed)",
            },
        ),
        Chart(
            title="Exports",
            queries={"{{state}}": "max by (state) (modwatch_exports_waiting)"},
        ),
        Chart(
            title="Exports that ended",
            queries={"{{outcome}}": per_second("modwatch_exports_total", "outcome")},
            unit="cps",
        ),
        Chart(
            title="How late long work is",
            queries={"the oldest": "max(modwatch_long_work_oldest_seconds)"},
            unit="s",
        ),
    ),
)
