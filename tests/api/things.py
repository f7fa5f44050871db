"""One of everything that an address of the contract may name, made when it is asked for."""

from __future__ import annotations

from threading import Event
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from domain.bot_changes import BotChangeKind, ForBot
from domain.incident_hours import Usual
from domain.incidents import FAST_MINIMUM, IncidentHit, find_incidents
from domain.windows import DAY_MS
from models.alerts.store import AlertRow, open_alerts_of, save_alerts
from models.bot.changes import add_change
from models.channels.store import MOST_CHANNELS
from models.deliveries.store import add_deliveries
from models.demo_guild import add_demo_guilds
from models.incidents.store import IncidentRow, figures_of, member_rows, save_incidents
from models.notifications.inbox import NotificationRow, add_notifications
from models.notifications.tables import Notification
from models.reports.schedules import MOST_SCHEDULES
from models.sql.bulk import BulkInsert
from services.work.kinds import long_worker
from tests.api.contract import EXPORT, HOOK, REPORT
from tests.api.failed_runs import add_failed_run
from tests.delivery_rows import delivery_row
from tests.parts import GUILD, OTHER_GUILD, Web, event, ingest, violation

USER = "41"
NOTIFICATION = (
    "guild_id",
    "id",
    "event_type",
    "title",
    "message",
    "priority",
    "link",
    "created_ms",
)


class Things:
    """A server, and in it what is named: each `_<name>` answers the id of one that is there."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._exports: dict[int, str] = {}
        self._is_for_reading = False
        self._made_before: dict[tuple[str, int], str] = {}
        self._bot, self._owner = web.bot(), web.reader(GUILD, OTHER_GUILD, 900, 901, role="owner")
        with web.parts.database.write() as connection:
            add_demo_guilds(connection, [(GUILD, web.clock())])
        self.violation = violation(user_id=USER)
        ingest(self._bot, self.violation, violation(OTHER_GUILD))
        web.materialise()

    def make_token(self, guild: int, role: str = "owner") -> dict[str, str]:
        """As the API answers it: `id`, `token` and more."""
        body = {"name": "one", "role": role}
        made = self._owner.post(f"/api/v1/servers/{guild}/tokens", json=body)
        shown: dict[str, str] = made.json or {}
        return shown

    def _violation_id(self, client: FlaskClient, guild: int) -> str:
        return str(self.violation["id"])

    def _appeal_id(self, client: FlaskClient, guild: int) -> str:
        appeal_id, about = uuid4().hex, {"violation_id": self.violation["id"], "status": "pending"}
        made = event("appeal", guild, self.web.clock(), appeal_id=appeal_id, **about)
        assert ingest(self._bot, made).status_code == 202
        return appeal_id

    def _token_id(self, client: FlaskClient, guild: int) -> str:
        return self.make_token(guild, "admin")["id"]

    def _session_id(self, client: FlaskClient, guild: int) -> str:
        sessions: Any = client.get("/api/v1/auth/sessions").json
        own: dict[str, str] = next(iter(sessions.get("sessions", ())), {"id": str(uuid4())})
        return own["id"]

    def _notification_id(self, client: FlaskClient, guild: int) -> str:
        row = (guild, uuid4(), "bot_offline", "", "", "low", None, self.web.clock())
        with self.web.parts.database.write() as connection:
            BulkInsert(Notification, NOTIFICATION, "DO NOTHING").run(connection, [row])
        return str(row[1])

    def _channel_id(self, client: FlaskClient, guild: int) -> str:
        channels = f"/api/v1/servers/{guild}/channels"
        known: Any = self._owner.get(channels).json
        if len(known["channels"]) == MOST_CHANNELS:
            for one in known["channels"]:
                self._owner.delete(f"{channels}/{one['id']}")
        made = self._owner.post(channels, json=HOOK)
        assert made.status_code == 201, made.data
        shown: dict[str, str] = (made.json or {})["channel"]
        return shown["id"]

    def _alert_id(self, client: FlaskClient, guild: int) -> str:
        """The open one, made if there is none."""
        with self.web.parts.database.write() as connection:
            found = [row.id for row in open_alerts_of(connection, [guild])]
            row = AlertRow(
                guild_id=guild,
                id=found[0] if found else uuid4(),
                event_type="bot_offline",
                state="firing",
                priority="critical",
                value=301,
                threshold=300,
                opened_ms=self.web.clock(),
            )
            if not found:
                save_alerts(connection, [row])
                add_notifications(connection, [_opening(row)])
        return str(row.id)

    def _incident_id(self, client: FlaskClient, guild: int) -> str:
        """Of one member, who was warned; somebody else looks after it.

        Days ago, since no violations stand behind it: a worker who redoes what is near others
        would find that there was none.
        """
        now_ms, user_id = self.web.clock(), int(USER)
        hit = IncidentHit(
            timestamp_ms=now_ms - 3 * DAY_MS,
            user_id=user_id,
            rule=1,
            channel_id=None,
            action="warning",
        )
        (incident,) = find_incidents([hit] * FAST_MINIMUM, lambda hour: Usual())
        taken: dict[str, Any] = {"looked_after_by": "user:7", "looked_after_ms": now_ms}
        row = IncidentRow(
            guild_id=guild, id=uuid4(), found_ms=now_ms, **taken, **figures_of(incident)
        )
        with self.web.parts.database.write() as connection:
            save_incidents(connection, [(row, member_rows(incident.members))])
        warned = event("warning", guild, now_ms, user_id=USER, level=2)
        assert ingest(self._bot, warned).status_code == 202
        return str(row.id)

    def _delivery_id(self, client: FlaskClient, guild: int) -> str:
        """One that failed; its channel is there, since it is tried again."""
        id, channel = uuid4(), UUID(self._channel_id(client, guild))
        row = delivery_row(guild, channel, id, self.web.clock())
        with self.web.parts.database.write() as connection:
            add_deliveries(connection, [row])
        return str(id)

    def _export_id(self, client: FlaskClient, guild: int) -> str:
        """One that is done, with its file; the same for all that only look at it."""
        if self._is_for_reading and guild in self._exports:
            return self._exports[guild]
        asked = self._owner.post(f"/api/v1/servers/{guild}/export", json=EXPORT)
        assert asked.status_code == 202, asked.data
        long_worker(self.web.parts, Event()).run_due()
        made: dict[str, str] = asked.json or {}
        if self._is_for_reading:
            self._exports[guild] = made["id"]
        return made["id"]

    def _make_room(self, guild: int) -> None:
        """A server has so many reports at most."""
        address = f"/api/v1/servers/{guild}/schedules"
        planned: Any = self._owner.get(address).json
        if len(planned["schedules"]) > MOST_SCHEDULES - 2:
            for schedule in planned["schedules"]:
                self._owner.delete(f"{address}/{schedule['id']}")

    def _schedule_id(self, client: FlaskClient, guild: int) -> str:
        self._make_room(guild)
        made = self._owner.post(f"/api/v1/servers/{guild}/schedules", json=REPORT)
        assert made.status_code == 201, made.data
        self._schedule: Any = (made.json or {})["schedule"]
        return str(self._schedule["id"])

    def _target_id(self, client: FlaskClient, guild: int) -> str:
        return str(self._schedule["delivery"][0]["id"])

    def _sent_id(self, client: FlaskClient, guild: int) -> str:
        """A delivery of that report which did not arrive."""
        target = UUID(self._schedule["delivery"][0]["id"])
        with self.web.parts.database.write() as connection:
            return str(add_failed_run(connection, guild, UUID(self._schedule["id"]), target))

    def _change_id(self, client: FlaskClient, guild: int) -> str:
        by, now_ms = f"user:{USER}", self.web.clock()
        told = ForBot(BotChangeKind.RULES_DELETED, "rules", {})
        with self.web.parts.database.write() as connection:
            return str(add_change(connection, guild, told, by, now_ms))


def _opening(alert: AlertRow) -> NotificationRow:
    """What said that it opened, when there was no channel yet."""
    return NotificationRow(
        guild_id=alert.guild_id,
        id=uuid4(),
        event_type=alert.event_type,
        title="The bot is silent",
        message="",
        priority=alert.priority,
        link=f"#alert/{alert.id}",
        created_ms=alert.opened_ms,
        dedup_key=f"alert:{alert.id}:firing",
        alert_id=alert.id,
    )
