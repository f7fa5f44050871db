"""Windows as a calendar on the wall shows them, worked out without the code under test."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.report_schedules import Cadence, Window


def instant(timezone: str, day: str) -> int:
    """Local midnight of `2026-03-23`, in zones whose clocks do not change at midnight."""
    return int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def window(timezone: str, cadence: Cadence, first_day: str, next_day: str) -> Window:
    """From `first_day` to the day before `next_day`; the report is due six hours later."""
    end_ms = instant(timezone, next_day)
    return Window(
        start_ms=instant(timezone, first_day),
        end_ms=end_ms,
        timezone=timezone,
        cadence=cadence,
        nominal_ms=end_ms + 6 * 3_600_000,
    )


BERLIN_WEEK = window("Europe/Berlin", Cadence.WEEKLY, "2026-03-23", "2026-03-30")
BERLIN_DAY = window("Europe/Berlin", Cadence.DAILY, "2026-03-29", "2026-03-30")
KOLKATA_WEEK = window("Asia/Kolkata", Cadence.WEEKLY, "2026-03-23", "2026-03-30")
KOLKATA_DAY = window("Asia/Kolkata", Cadence.DAILY, "2026-03-24", "2026-03-25")
KATHMANDU_MONTH = window("Asia/Kathmandu", Cadence.MONTHLY, "2026-03-01", "2026-04-01")
# Its clock goes back by half an hour, so one week has edges at :30 and at :00.
LORD_HOWE_WEEK = window("Australia/Lord_Howe", Cadence.WEEKLY, "2026-03-30", "2026-04-06")
