"""What people do with reports besides planning: look at one that is not sent, send one again."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID, uuid4

from domain.messages import MessageKind
from domain.report_plan import occurrence_of_subject
from domain.report_schedules import Occurrence, RunKind
from domain.report_times import window_now
from domain.roles import Admin, Authenticated
from models.deliveries.shown import delivery_of
from models.reports.occurrences import occurrence_of
from services.container import Parts
from services.deliveries.people import NoDeliveryError, retry_delivery
from services.reports.building import about_of, drawn
from services.reports.message import picture_within, report_part
from services.reports.schedules import schedule_from
from services.reports.shape import NextRun
from services.reports.shown import next_runs_shown

# Each takes a child process: so many at once in this one.
MOST_PREVIEWS = 2
drawing = BoundedSemaphore(MOST_PREVIEWS)


class TooManyPreviewsError(Exception):
    """MOST_PREVIEWS are being drawn."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A report as its readers would see it, and when they would.

    png        the picture, in base64
    next_runs  as of a schedule: `local` and `at`
    """

    subject: str
    text: str
    html: str
    png: str
    next_runs: Sequence[NextRun]


def resend(
    parts: Parts, who: Authenticated[Admin], id: UUID, delivery_id: UUID, *, may_repeat: bool
) -> None:
    """Raises NoDeliveryError also for one of another report, NotRetryableError, MayRepeatError."""
    with parts.database.read() as connection:
        row = delivery_of(connection, who.guild_id, delivery_id)
        if row is None or row.kind != MessageKind.REPORT:
            raise NoDeliveryError
        run = occurrence_of(connection, who.guild_id, occurrence_of_subject(row.subject))
        if run is None or run.schedule_id != id:
            raise NoDeliveryError
    retry_delivery(parts, who, delivery_id, may_repeat=may_repeat)


def preview(parts: Parts, who: Authenticated[Admin], values: Mapping[str, Any]) -> Preview:
    """What it would look like for the last closed time.

    Raises DrawingError, TooManyPreviewsError.
    """
    schedule = schedule_from(who.guild_id, uuid4(), values)
    window = window_now(schedule.times, parts.clock())
    occurrence = Occurrence(id=uuid4(), kind=RunKind.PREVIEW, schedule=schedule, window=window)
    if not drawing.acquire(blocking=False):
        raise TooManyPreviewsError(f"{MOST_PREVIEWS} are being drawn: ask again in a moment")
    try:
        made = drawn(about_of(parts, occurrence))
    finally:
        drawing.release()
    report, png = report_part(made, None, lambda _: None), b64encode(made.png).decode()
    html = picture_within(report.html, f"data:image/png;base64,{png}")
    runs = next_runs_shown(schedule, parts.clock())
    return Preview(subject=made.title, text=report.mail_text, html=html, png=png, next_runs=runs)
