"""A report as channels get it, with a file."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.messages import Message, MessageKind, Priority
from services.reports.building import drawn
from services.reports.content import Content, ReportFile
from services.reports.message import report_part
from services.reports.sample import sample_report
from tests.adapters.channels.sample import MESSAGE

LINK = "https://modwatch.example.org/?guild=4242&period=week#overview"
STOP = "https://modwatch.example.org/reports/stop/aB3_-"
ROWS = b"id,severity\r\n" + b"1,low\r\n" * 400
FILE = ReportFile(
    export_id=UUID(int=7),
    name="violations-2026-11-16.csv",
    media_type="text/csv",
    rows=400,
    size_bytes=len(ROWS),
    sha256=sha256(ROWS).hexdigest(),
    link="https://modwatch.example.org/?guild=4242#exports",
    download="https://modwatch.example.org/export/7",
)


@cache
def content(*files: ReportFile, guild_name: str = "The Lighthouse") -> Content:
    return drawn(replace(sample_report(LINK, guild_name), files=files))


def report_message(
    made: Content | None = None, rows: bytes | None = ROWS, stop_link: str | None = STOP
) -> Message:
    made = made or content(FILE)
    changes: dict[str, Any] = {
        "kind": MessageKind.REPORT,
        "event_type": "report",
        "priority": Priority.LOW,
        "title": made.title,
        "text": made.text,
        "link": made.link,
        "facts": made.facts,
        "lines": made.lines,
        "stop_link": stop_link,
        "report": report_part(made, stop_link, lambda _file: rows),
    }
    return replace(MESSAGE, **changes)
