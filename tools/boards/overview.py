"""Is it well? The first board to look at."""

from __future__ import annotations

from tools.boards.panels import Board, Chart, Number
from tools.boards.queries import REQUESTS, per_second

OVERVIEW = Board(
    "modwatch-overview",
    "Modwatch: overview",
    "Is it well? The first board to look at.",
    (
        Number(title="Web processes", query='sum(up{job="modwatch-web"})', worse=1, bad=0.5),
        Number(title="Workers", query="max(modwatch_workers_alive)", worse=1, bad=0.5),
        Number(
            title="Beat's age",
            query="max(modwatch_beat_age_seconds)",
            worse=60,
            bad=120,
            unit="s",
            words="How long ago something that beat sends was last done; it sends every 30 s.",
        ),
        Number(title="Database away", query="max(modwatch_database_away)", worse=0.5, bad=1),
        Number(title="Redis away", query="max(modwatch_redis_away)", worse=0.5, bad=1),
        Number(
            title="Free on the fullest disk",
            query="min(modwatch_disk_free_ratio)",
            worse=0.2,
            bad=0.05,
            unit="percentunit",
        ),
        Number(
            title="Oldest dirty guild",
            query="max(modwatch_dirty_guilds_oldest_seconds)",
            worse=10,
            bad=60,
            unit="s",
            width=6,
        ),
        Number(
            title="Oldest live event that waits",
            query="max(modwatch_outbox_oldest_seconds)",
            worse=10,
            bad=60,
            unit="s",
            width=6,
        ),
        Number(
            title="Oldest delivery that is due",
            query="max(modwatch_deliveries_oldest_due_seconds)",
            worse=60,
            bad=300,
            unit="s",
            width=6,
        ),
        Number(
            title="Oldest long work that is due",
            query="max(modwatch_long_work_oldest_seconds)",
            worse=300,
            bad=900,
            unit="s",
            width=6,
        ),
        Chart(
            title="Events",
            queries={"{{outcome}}": per_second("modwatch_events_total", "outcome")},
            unit="cps",
        ),
        Chart(
            title="Answers by status",
            queries={"{{status}}": per_second(f"{REQUESTS}_count", "status")},
            unit="reqps",
        ),
        Chart(
            title="Faults against what is promised (0.1 %)",
            queries={
                "ingest, 1 h": "modwatch:ingest_faults:share1h",
                "reads, 1 h": "modwatch:read_faults:share1h",
                "ingest, 3 d": "modwatch:ingest_faults:share3d",
                "reads, 3 d": "modwatch:read_faults:share3d",
            },
            unit="percentunit",
        ),
        Chart(
            title="Open alerts of servers",
            queries={"{{event_type}}": "max by (event_type) (modwatch_alerts_open)"},
        ),
    ),
)
