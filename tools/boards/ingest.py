"""From a bot's event to a finished answer."""

from __future__ import annotations

from tools.boards.panels import Board, Chart
from tools.boards.queries import INGEST, REQUESTS, per_second, quantile

INGEST_AND_MATERIALISE = Board(
    "modwatch-ingest",
    "Modwatch: ingest and materialise",
    "From a bot's event to a finished answer.",
    (
        Chart(
            title="Ingests",
            queries={"{{status}}": per_second(f"{REQUESTS}_count{{{INGEST}}}", "status")},
            unit="reqps",
        ),
        Chart(
            title="Time of an ingest",
            queries={
                "half": quantile("0.5", f"{REQUESTS}_bucket{{{INGEST}}}"),
                "99 %": quantile("0.99", f"{REQUESTS}_bucket{{{INGEST}}}"),
            },
            unit="s",
        ),
        Chart(
            title="Dirty guilds",
            queries={
                "dirty": "max(modwatch_dirty_guilds)",
                "put aside": "max(modwatch_guilds_aside)",
            },
            words="Those put aside could not be made, and are tried again later.",
        ),
        Chart(
            title="How far snapshots are behind",
            queries={"the oldest": "max(modwatch_dirty_guilds_oldest_seconds)"},
            unit="s",
        ),
        Chart(
            title="Guilds materialised",
            queries={
                "made": per_second("modwatch_guilds_materialised_total"),
                "put aside": per_second("modwatch_guilds_put_aside_total"),
            },
            unit="cps",
        ),
        Chart(
            title="Time of tasks, 99 %",
            queries={
                "{{task}}": quantile("0.99", "modwatch_task_duration_seconds_bucket", "le, task")
            },
            unit="s",
        ),
        Chart(
            title="Failed tasks",
            queries={
                "{{task}}": per_second(
                    'modwatch_task_duration_seconds_count{outcome="failed"}', "task"
                )
            },
            unit="cps",
        ),
        Chart(
            title="Requests over a quota",
            queries={"{{quota}}": per_second("modwatch_quota_refusals_total", "quota")},
            unit="cps",
        ),
    ),
)
