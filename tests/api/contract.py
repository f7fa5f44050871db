"""What clients were promised, written down by hand: every route, and who may call it.

The rules of `who`: a role is needed in the server of the address (or, for `servers/select`, of the
body); `logged_in` is any login or API token; `person` a login alone; `bot` a bot token that covers
the server; `public` anybody. `status` is what somebody who may call it gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

V1 = "/api/v1"
GUILD_PATH = "/api/v1/servers/{guild_id}"


@dataclass(frozen=True)
class Promise:
    method: str
    path: str
    who: str
    status: int = 200
    body: dict[str, Any] | None = None

    @property
    def reads(self) -> bool:
        return self.method == "GET"


def _of_guild(
    method: str, path: str, who: str, body: dict[str, Any] | None = None, status: int = 200
) -> Promise:
    return Promise(method, f"{GUILD_PATH}/{path}", who, status, body)


CONTRACT = (
    Promise("GET", f"{V1}/auth/login", "public", 302),
    Promise("GET", f"{V1}/auth/callback", "public", 302),
    Promise("POST", f"{V1}/auth/demo", "public", body={"role": "viewer"}),
    Promise("POST", f"{V1}/auth/logout", "public"),
    Promise("GET", f"{V1}/auth/me", "logged_in"),
    Promise("GET", f"{V1}/auth/sessions", "person"),
    Promise("DELETE", f"{V1}/auth/sessions", "person"),
    Promise("DELETE", f"{V1}/auth/sessions/{{session_id}}", "person"),
    Promise("GET", f"{V1}/config", "public"),
    Promise("GET", f"{V1}/servers", "logged_in"),
    Promise("POST", f"{V1}/servers/select", "viewer", body={"guild_id": "{guild_id}"}),
    Promise("POST", f"{V1}/ws-ticket", "logged_in"),
    Promise("GET", f"{V1}/deduplication/stats", "logged_in"),
    Promise("POST", f"{V1}/ingest", "bot", 202, {"events": ["{event}"]}),
    Promise("GET", f"{V1}/bot/guilds/{{guild_id}}/config", "bot"),
    _of_guild("GET", "metrics", "viewer"),
    _of_guild("GET", "health", "viewer"),
    _of_guild("GET", "top-offenders", "viewer"),
    _of_guild("GET", "rule-effectiveness", "viewer"),
    _of_guild("GET", "temporal-analytics", "viewer"),
    _of_guild("GET", "moderators", "viewer"),
    _of_guild("GET", "overview", "viewer"),
    _of_guild("GET", "violations", "viewer"),
    _of_guild("GET", "violations/{violation_id}", "viewer"),
    _of_guild("GET", "violations/export", "moderator"),
    _of_guild("GET", "warnings", "viewer"),
    _of_guild("GET", "warnings/{user_id}", "viewer"),
    _of_guild("DELETE", "warnings/{user_id}", "moderator"),
    _of_guild("POST", "warnings/bulk-clear", "moderator", {"before_date": "2026-01-01"}),
    _of_guild("GET", "appeals", "viewer"),
    _of_guild("POST", "appeals/{appeal_id}/decision", "moderator", {"status": "denied"}),
    _of_guild("GET", "rules", "viewer"),
    _of_guild("PUT", "rules", "admin", {"rules": "Be kind."}),
    _of_guild("DELETE", "rules", "owner"),
    _of_guild("GET", "config", "viewer"),
    _of_guild("PUT", "config", "admin", {"buffer_threshold": 12}),
    _of_guild("GET", "roles", "viewer"),
    _of_guild("PUT", "roles/{user_id}", "owner", {"role": "moderator"}),
    _of_guild("DELETE", "roles/{user_id}", "owner"),
    _of_guild("GET", "tokens", "admin"),
    _of_guild("POST", "tokens", "admin", {"name": "one", "role": "viewer"}, 201),
    _of_guild("DELETE", "tokens/{token_id}", "admin"),
    _of_guild("GET", "audit-log", "admin"),
    _of_guild("GET", "access-log", "owner"),
    _of_guild("DELETE", "members/{user_id}", "owner"),
    _of_guild("GET", "notifications", "viewer"),
    _of_guild("POST", "notifications/{notification_id}/read", "viewer"),
    _of_guild("POST", "notifications/{notification_id}/unread", "viewer"),
    _of_guild("POST", "notifications/read-all", "viewer"),
    _of_guild("GET", "notification-preferences", "viewer"),
    _of_guild("PUT", "notification-preferences", "admin", {"notification_threshold": "high"}),
    Promise("GET", "/health", "public"),
    Promise("GET", "/health/live", "public"),
    Promise("GET", "/health/ready", "public"),
    Promise("GET", "/metrics", "public"),
    Promise("GET", f"{V1}/openapi.json", "public"),
    Promise("GET", f"{V1}/docs", "public"),
    Promise("GET", f"{V1}/docs.css", "public"),
)

# Promised too, and not there yet; a route that is there moves up, with who may call it.
TO_COME = (
    "POST export",
    "GET export/{export_id}",
    "GET export/history",
    "GET export/download/{export_id}",
    "GET schedules",
    "POST schedules",
    "PATCH schedules/{schedule_id}",
    "DELETE schedules/{schedule_id}",
    "POST schedules/{schedule_id}/run",
    "GET schedules/{schedule_id}/runs",
    "GET channels",
    "POST channels",
    "PATCH channels/{channel_id}",
    "DELETE channels/{channel_id}",
    "POST channels/{channel_id}/test",
    "GET deliveries",
    "POST deliveries/{delivery_id}/retry",
    "GET alerts",
    "POST alerts/{alert_id}/acknowledge",
    "POST alerts/{alert_id}/snooze",
    "POST alerts/{alert_id}/resolve",
    "GET alerts/{alert_id}/trail",
)
# No part of the API: the pages and their files; and the WebSocket, which OpenAPI cannot describe.
NOT_API = {"dashboard", "live_socket"}
