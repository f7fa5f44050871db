"""What tests of exports share: a history with hostile words, and files made of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from adapters.database import Database
from domain.exports import ExportFormat, ExportMode, ExportType, ExportWish
from schemas.events.structs import Event
from services.exports.making import MadeFile, write_export
from services.ingest.store import ingest_events
from tests.parts import GUILD, NOW_MS
from tests.services import events

HOSTILE = (
    *("=1+1", "\n=1", "\r", "a\rb", "a;=1", "＝1", "-5", "-5x", "+49", "@SUM(A1)", "\t=1"),
    *('"', '""', 'a,"b"', "a\nb\r\n", "'", "", " ", "\\", "\\.", "\\N", "NULL", "null", "0x1"),
    *(
        "\x01\x02\x1f\x7f",
        "\u202eabc",
        "\u200f=1",
        "👩‍👩‍👧",
        "é\u0301",
        "\u2028",
        "\ufeff=1",
        "<&>",
    ),
    *("{}", "[1]", "%s %(a)s ?", ":name", "1e5", "2026-01-01", "TRUE", ";=1;\t-1", "/*", "--"),
    *("_x000D_", "x" * 900),
)


def hostile_events(guild_id: int = GUILD, texts: Iterable[str] = HOSTILE) -> list[Event]:
    """A violation and the names of a member and a channel for each text, all close together."""
    made: list[Event] = []
    for number, text in enumerate(texts):
        at_ms, user_id = NOW_MS - number // 2, 9_007_199_254_740_993 + number
        if text:
            made.append(events.user(guild_id, at_ms, user_id, text))
        made.append(
            events.violation(
                guild_id,
                at_ms,
                user_id,
                id=UUID(int=number * 7919 % 997 + 1),
                reason=text or "-",
                rule=text,
                action_taken=text,
                moderator_id=user_id + 1 if number % 2 else None,
                channel_id=number + 1 if number % 5 else None,
                channel_name=text if text and number % 4 else None,
                response_time_ms=number if number % 3 else None,
            )
        )
    return made


def wish(
    export_type: ExportType = ExportType.VIOLATIONS,
    format: ExportFormat = ExportFormat.CSV,
    mode: ExportMode = ExportMode.RAW,
    **fields: Any,
) -> ExportWish:
    usual = {"guild_id": GUILD, "as_of_ms": NOW_MS}
    return ExportWish(export_type=export_type, format=format, mode=mode, **usual | fields)


def exported(
    database: Database, wished: ExportWish, on_rows: Callable[[int], None] = lambda rows: None
) -> tuple[bytes, MadeFile]:
    """The bytes of a file, and what is said of it."""
    out = io.BytesIO()
    with database.read() as connection:
        made = write_export(connection, wished, out, on_rows)
    return out.getvalue(), made


def ingest(database: Database, made: list[Event], now_ms: int = NOW_MS) -> None:
    ingest_events(database, made, now_ms)
