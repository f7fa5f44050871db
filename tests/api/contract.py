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
# A webhook where nobody listens: a test of it is answered at once, and nothing leaves the machine.
HOOK = {"kind": "webhook", "settings": {"url": "http://127.0.0.1:9/hook"}}

EXPORT = {"export_type": "violations", "format": "csv", "mode": "raw"}
REPORT = {
    "name": "Morning",
    "export_types": ["violations"],
    "format": "csv",
    "cadence": "daily",
    "timezone": "Europe/Berlin",
    "hour": 8,
    "delivery": [{"kind": "webhook", "url": "http://127.0.0.1:9/hook"}],
}


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
    return Promise(method=method, path=f"{GUILD_PATH}/{path}", who=who, status=status, body=body)


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
    Promise("GET", f"{V1}/servers/overview", "logged_in"),
    Promise("POST", f"{V1}/servers/select", "viewer", body={"guild_id": "{guild_id}"}),
    Promise("POST", f"{V1}/ws-ticket", "logged_in"),
    Promise("GET", f"{V1}/deduplication/stats", "logged_in"),
    Promise(
        method="POST", path=f"{V1}/ingest", who="bot", status=202, body={"events": ["{event}"]}
    ),
    Promise("GET", f"{V1}/bot/guilds", "bot"),
    Promise("GET", f"{V1}/bot/guilds/{{guild_id}}/config", "bot"),
    Promise("GET", f"{V1}/bot/guilds/{{guild_id}}/members/{{user_id}}", "bot"),
    Promise("GET", f"{V1}/bot/changes", "bot"),
    Promise("GET", f"{V1}/bot/guilds/{{guild_id}}/changes", "bot"),
    Promise(
        "POST",
        f"{V1}/bot/guilds/{{guild_id}}/changes/{{change_id}}/outcome",
        "bot",
        body={"outcome": "done"},
    ),
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
    _of_guild("GET", "choices/roles", "admin"),
    _of_guild("GET", "choices/members", "admin"),
    _of_guild("GET", "tokens", "admin"),
    _of_guild("GET", "usage", "admin"),
    _of_guild("POST", "tokens", "admin", {"name": "one", "role": "viewer"}, 201),
    _of_guild("DELETE", "tokens/{token_id}", "admin"),
    _of_guild("GET", "chart.png", "viewer"),
    _of_guild("GET", "incidents/{incident_id}/chart.png", "viewer"),
    _of_guild("GET", "bot-changes", "viewer"),
    _of_guild("GET", "audit-log", "admin"),
    _of_guild("GET", "access-log", "owner"),
    _of_guild("DELETE", "members/{user_id}", "owner"),
    _of_guild("GET", "notifications", "viewer"),
    _of_guild("POST", "notifications/{notification_id}/read", "viewer"),
    _of_guild("POST", "notifications/{notification_id}/unread", "viewer"),
    _of_guild("POST", "notifications/read-all", "viewer"),
    _of_guild("GET", "notifications/{notification_id}/decisions", "viewer"),
    _of_guild("GET", "alerts", "viewer"),
    _of_guild("GET", "alerts/{alert_id}", "viewer"),
    _of_guild("GET", "alerts/{alert_id}/trail", "viewer"),
    _of_guild("POST", "alerts/{alert_id}/acknowledge", "moderator", {}),
    _of_guild("POST", "alerts/{alert_id}/snooze", "moderator", {"until": "{soon}"}),
    _of_guild("POST", "alerts/{alert_id}/resolve", "moderator", {}),
    _of_guild("POST", "alerts/{alert_id}/tell", "admin", {"channel_id": "{new_channel_id}"}),
    _of_guild("GET", "incidents", "viewer"),
    _of_guild("GET", "incidents/{incident_id}", "viewer"),
    _of_guild("GET", "incidents/{incident_id}/members", "viewer"),
    _of_guild("POST", "incidents/{incident_id}/take", "moderator"),
    _of_guild("POST", "incidents/{incident_id}/leave", "moderator"),
    _of_guild("POST", "incidents/{incident_id}/notes", "moderator", {"text": "Invites closed."}),
    _of_guild("POST", "incidents/{incident_id}/clear-warnings", "moderator"),
    _of_guild("POST", "visit", "viewer"),
    _of_guild("POST", "visit/read", "viewer"),
    _of_guild("GET", "deliveries", "viewer"),
    _of_guild("POST", "deliveries/{delivery_id}/retry", "admin", {"may_repeat": True}),
    _of_guild("GET", "notification-preferences/explain", "viewer"),
    _of_guild("GET", "notification-preferences", "viewer"),
    _of_guild("PUT", "notification-preferences", "admin", {"notification_threshold": "high"}),
    _of_guild("GET", "channels", "viewer"),
    _of_guild("POST", "channels", "admin", HOOK, 201),
    _of_guild("PATCH", "channels/{channel_id}", "admin", {"name": "other", "enabled": False}),
    _of_guild("DELETE", "channels/{channel_id}", "admin"),
    _of_guild("POST", "channels/{channel_id}/rotate-secret", "admin"),
    _of_guild("POST", "channels/{channel_id}/test", "admin", {}),
    _of_guild("POST", "channels/test", "admin", HOOK),
    _of_guild("POST", "export", "moderator", EXPORT, 202),
    _of_guild("POST", "export/estimate", "moderator", EXPORT),
    _of_guild("GET", "export/history", "moderator"),
    _of_guild("GET", "export/storage", "moderator"),
    _of_guild("GET", "export/{export_id}", "moderator"),
    _of_guild("GET", "export/{export_id}/manifest", "moderator"),
    _of_guild("GET", "export/download/{export_id}", "moderator"),
    _of_guild("DELETE", "export/{export_id}", "moderator"),
    _of_guild("GET", "schedules", "viewer"),
    _of_guild("POST", "schedules", "admin", REPORT, 201),
    _of_guild("POST", "schedules/preview", "admin", REPORT),
    _of_guild("GET", "schedules/{schedule_id}", "viewer"),
    _of_guild("PATCH", "schedules/{schedule_id}", "admin", {"name": "other", "hour": 9}),
    _of_guild("DELETE", "schedules/{schedule_id}", "admin"),
    _of_guild("POST", "schedules/{schedule_id}/run", "admin", status=202),
    _of_guild("POST", "schedules/{schedule_id}/test", "admin", status=202),
    _of_guild("GET", "schedules/{schedule_id}/runs", "viewer"),
    _of_guild("DELETE", "schedules/{schedule_id}/runs", "owner"),
    _of_guild(
        "POST", "schedules/{schedule_id}/deliveries/{sent_id}/resend", "admin", {"may_repeat": True}
    ),
    _of_guild("POST", "schedules/{schedule_id}/delivery/{target_id}/rotate-secret", "admin"),
    Promise("GET", "/health", "public"),
    Promise("GET", "/health/live", "public"),
    Promise("GET", "/health/ready", "public"),
    Promise("GET", "/metrics", "public"),
    Promise("GET", f"{V1}/openapi.json", "public"),
    Promise("GET", f"{V1}/docs", "public"),
)

# No part of the API: the pages and their files; and the WebSocket, which OpenAPI cannot describe.
NOT_API = {"dashboard", "report_frame", "live_socket", "stop_mails"}
