"""Making the message of a delivery from its rows: complete, with no row left to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import Connection

from domain.alert_settings import LONGEST_MUTE_MS
from domain.alert_words import alert_facts, by_name, channel_removed
from domain.clock import is_ahead
from domain.decisions import Settings
from domain.messages import Fact, Message, MessageKind, Priority
from domain.quiet_hours import quiet_until
from domain.report_plan import occurrence_of_subject
from models.alerts.store import AlertRow, alerts_by_id
from models.deliveries.claims import doubted, references_of
from models.deliveries.store import DeliveryRow
from models.guilds.guild import named_guilds
from models.notifications.inbox import NotificationRow, notifications_by_id
from models.reports.occurrences import contents_of, with_content
from services.accounts.actors import actor_parts, people_of
from services.channels.stop_links import About, Stop, StopLinks
from services.container import Parts
from services.deliveries.aside import Failed
from services.deliveries.digested import entries_of, line_of
from services.deliveries.views import Situation, Target, address_hash
from services.reports.attached import read_file
from services.reports.content import UnreadableContentError
from services.reports.message import report_message
from services.users.names import ShownUser, shown_by_guild

_log = structlog.get_logger()
_EDITS = (MessageKind.ACKNOWLEDGED, MessageKind.RESOLVED)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery with all that sending it takes."""

    row: DeliveryRow
    target: Target
    message: Message


def compose(
    parts: Parts,
    connection: Connection,
    situation: Situation,
    pairs: Sequence[tuple[DeliveryRow, Target]],
    now_ms: int,
    failed: list[Failed],
) -> list[Job]:
    """Without those whose content cannot be read, and those that went wrong, which `failed` gets:
    one of them holds up no other."""
    if not pairs:
        return []
    composer = _Composer(
        parts=parts,
        connection=connection,
        situation=situation,
        rows=[row for row, _ in pairs],
        now_ms=now_ms,
    )
    jobs = []
    for row, target in pairs:
        try:
            jobs.append(Job(row, target, composer.message(row, target)))
        except UnreadableContentError:
            _log.error("report_unreadable", guild_id=str(row.guild_id), subject=row.subject)
        except Exception as error:
            failed.append((row, error))
    return jobs


def schedules_of(connection: Connection, rows: Iterable[DeliveryRow]) -> dict[UUID, UUID]:
    """The schedule of each delivery of a report, by its id; without those whose content is gone."""
    reports = [row for row in rows if row.kind == MessageKind.REPORT]
    if not reports:
        return {}
    runs = {row.id: _occurrence(row) for row in reports}
    there = with_content(connection, {row.guild_id for row in reports}, set(runs.values()))
    return {id: there[run] for id, run in runs.items() if run in there}


def is_erased(row: DeliveryRow, schedules: Mapping[UUID, UUID]) -> bool:
    """A report of which nothing is left to send."""
    return row.kind == MessageKind.REPORT and row.id not in schedules


class _Composer:
    def __init__(
        self,
        parts: Parts,
        connection: Connection,
        situation: Situation,
        rows: Sequence[DeliveryRow],
        now_ms: int,
    ) -> None:
        self._parts, self._links = parts, StopLinks(parts.settings)
        self._situation, self._now_ms = situation, now_ms
        guilds = {row.guild_id for row in rows}
        self._entries = entries_of(connection, rows)
        every = [*rows, *(entry for some in self._entries.values() for entry in some)]
        notifications = {row.notification_id for row in every if row.notification_id}
        alerts = {row.alert_id for row in every if row.alert_id}
        self._notifications = notifications_by_id(connection, guilds, notifications)
        self._people = _people(connection, self._notifications.values())
        self._alerts = alerts_by_id(connection, guilds, alerts) if alerts else {}
        self._names = {row.guild_id: row.name for row in named_guilds(connection, sorted(guilds))}
        self._contents = _contents(connection, rows)
        self._schedules = schedules_of(connection, rows)
        stories = [(row.guild_id, row.story) for row in rows if row.alert_id]
        self._references = references_of(connection, stories)
        self._doubted = doubted(connection, (row for row in rows if row.kind in _EDITS))

    def message(self, row: DeliveryRow, target: Target) -> Message:
        kind = MessageKind(row.kind)
        if kind in (MessageKind.DIGEST, MessageKind.BUNDLED):
            return self._summary(row, target, kind)
        if kind is MessageKind.REPORT:
            return self._report(row, target)
        said = self._notifications[row.notification_id] if row.notification_id else None
        alert = self._alerts.get(row.alert_id) if row.alert_id else None
        facts = alert_facts(alert.value, alert.threshold) if alert else ()
        title, text = (said.title, self._words(said)) if said else _unnoticed(row)
        return self._base(
            row,
            target,
            kind,
            title=title,
            text=text,
            link=self._link(row, alert, said.link if said else None),
            happened_ms=said.created_ms if said else row.created_ms,
            facts=facts,
            lines=(),
        )

    def _words(self, said: NotificationRow) -> str:
        who = actor_parts("by", said.by, self._people.get(said.guild_id, {}))
        return by_name(said.message, who["by_username"])

    def _report(self, row: DeliveryRow, target: Target) -> Message:
        base = self._base(
            row,
            target,
            MessageKind.REPORT,
            title=row.event_type,
            text="",
            link=f"{self._links.public_url}/?guild={row.guild_id}#exports",
            happened_ms=row.created_ms,
            facts=(),
            lines=(),
        )
        content = self._contents[_occurrence(row)]
        return report_message(base, content, partial(read_file, self._parts, row.guild_id))

    def _summary(self, row: DeliveryRow, target: Target, kind: MessageKind) -> Message:
        entries = self._entries[row.id]
        many = len({entry.alert_id or entry.id for entry in entries})
        held = kind is MessageKind.DIGEST
        return self._base(
            row,
            target,
            kind,
            title=f"{many} {'thing' if many == 1 else 'things'} happened"
            + (" while messages were held back" if held else ""),
            text="",
            link=self._link(row, None),
            happened_ms=min((entry.created_ms for entry in entries), default=row.created_ms),
            facts=(),
            lines=tuple(self._lines(entries)),
        )

    def _lines(self, entries: Iterable[DeliveryRow]) -> Iterable[str]:
        """One of each alert, with how it stands; one of each other thing."""
        seen: set[UUID] = set()
        for entry in entries:
            said = self._notifications.get(entry.notification_id) if entry.notification_id else None
            alert = self._alerts.get(entry.alert_id) if entry.alert_id else None
            if alert is not None and alert.id in seen:
                continue
            if alert is not None:
                seen.add(alert.id)
            yield line_of(entry, said, alert)

    def _base(
        self,
        row: DeliveryRow,
        target: Target,
        kind: MessageKind,
        *,
        title: str,
        text: str,
        link: str,
        happened_ms: int,
        facts: tuple[Fact, ...],
        lines: tuple[str, ...],
    ) -> Message:
        settings = self._situation.settings[row.guild_id]
        return Message(
            kind=kind,
            event_type=row.event_type,
            priority=Priority(row.priority),
            guild_id=row.guild_id,
            guild_name=self._names.get(row.guild_id) or str(row.guild_id),
            title=title,
            text=text,
            link=link,
            happened_ms=happened_ms,
            story=row.story,
            delivery_id=row.id,
            facts=facts,
            lines=lines,
            target=target.address,
            earlier=self._references.get(row.story),
            is_silent=kind in _EDITS and is_quiet(settings, self._now_ms),
            is_repeat=row.is_repeat,
            may_have_arrived=row.id in self._doubted,
            stop_link=self._stop_link(row, target.address),
            mention_role=target.row.mention_role if kind is MessageKind.FIRING else None,
        )

    def _stop_link(self, row: DeliveryRow, address: str) -> str | None:
        if not address:
            return None
        hash = address_hash(address)
        if (schedule_id := self._schedules.get(row.id)) is not None:
            return self._links.link(Stop(row.guild_id, schedule_id, hash), About.REPORT)
        return self._links.link(Stop(row.guild_id, row.channel_id, hash))

    def _link(self, row: DeliveryRow, alert: AlertRow | None, told: str | None = None) -> str:
        """`told`: the link of the notification, a place on the page."""
        place = f"#alert/{alert.id}" if alert else told or "#alerts"
        return f"{self._links.public_url}/?guild={row.guild_id}{place}"


def _unnoticed(row: DeliveryRow) -> tuple[str, str]:
    """Title and text of what has no notification: its end is that of telling, not of an alert."""
    return channel_removed() if row.kind == MessageKind.RESOLVED else (row.event_type, "")


def is_quiet(settings: Settings, now_ms: int) -> bool:
    """Muted, or within quiet hours."""
    if is_ahead(settings.muted_until_ms, now_ms, LONGEST_MUTE_MS):
        return True
    return quiet_until(settings.quiet_hours, now_ms) is not None


def _people(
    connection: Connection, notifications: Iterable[NotificationRow]
) -> dict[int, dict[int, ShownUser]]:
    """Who did what they tell of, by guild."""
    people: dict[int, set[int]] = defaultdict(set)
    for one in notifications:
        people[one.guild_id] |= people_of([one.by])
    return shown_by_guild(connection, people, asks=False) if people else {}


def _contents(connection: Connection, rows: Iterable[DeliveryRow]) -> dict[UUID, bytes]:
    """What was made for the reports among them, by occurrence."""
    reports = [row for row in rows if row.kind == MessageKind.REPORT]
    if not reports:
        return {}
    ids = {_occurrence(row) for row in reports}
    return contents_of(connection, {row.guild_id for row in reports}, ids)


def _occurrence(row: DeliveryRow) -> UUID:
    return occurrence_of_subject(row.subject)
