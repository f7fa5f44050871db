"""What open pages get, and how fast."""

from __future__ import annotations

from tools.boards.panels import Board, Chart
from tools.boards.queries import READS, REQUESTS, per_second, quantile

LIVE = Board(
    "modwatch-live",
    "Modwatch: live and reads",
    "What open pages get, and how fast.",
    (
        Chart(
            title="Open WebSockets",
            queries={"{{instance}}": "sum by (instance) (modwatch_websockets_open)"},
        ),
        Chart(
            title="Live events that wait",
            queries={
                "entries": "max(modwatch_outbox_waiting)",
                "guilds put aside": "max(modwatch_outbox_guilds_aside)",
            },
        ),
        Chart(
            title="How late live events are",
            queries={"the oldest": "max(modwatch_outbox_oldest_seconds)"},
            unit="s",
        ),
        Chart(
            title="Reads by where the answer came from",
            queries={"{{source}}": per_second("modwatch_snapshot_reads_total", "source")},
            unit="reqps",
        ),
        Chart(
            title="Time of a read",
            queries={
                "half": quantile("0.5", f"{REQUESTS}_bucket{{{READS}}}"),
                "99 %": quantile("0.99", f"{REQUESTS}_bucket{{{READS}}}"),
            },
            unit="s",
        ),
        Chart(
            title="The slowest addresses, 99 %",
            queries={
                "{{route}}": f"topk(8, {quantile('0.99', f'{REQUESTS}_bucket', 'le, route')})"
            },
            unit="s",
        ),
    ),
)
