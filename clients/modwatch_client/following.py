"""Carrying out changes as they come: told by notices, asked for otherwise."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

from modwatch_client.changes import MOST_AT_ONCE
from modwatch_client.errors import ChangesUnavailable
from modwatch_client.notices import Notices

QUIET_SECONDS = 60.0  # between two looks while notices come for all guilds
MakeNotices = Callable[[Callable[[], None]], Notices]
_log = logging.getLogger("modwatch")


def follow(
    make: MakeNotices, look: Callable[[], int], poll_seconds: float, stop: threading.Event
) -> None:
    """Look at once, at each notice, and else every `poll_seconds`, until `stop` is set.

    `look` gives how many changes there were: after as many as come at once there may be more.
    """
    due = threading.Event()
    notices = make(due.set)
    notices.start()
    try:
        while not stop.is_set():
            due.clear()
            try:
                if look() >= MOST_AT_ONCE:
                    due.set()
            except ChangesUnavailable as error:
                _say(error)
            _wait(due, stop, _pause_seconds(notices, poll_seconds))
    finally:
        notices.stop()


async def follow_async(
    make: MakeNotices, look: Callable[[], Awaitable[int]], poll_seconds: float
) -> None:
    """The same until it is cancelled."""
    loop, due = asyncio.get_running_loop(), asyncio.Event()

    def hear() -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(due.set)

    notices = make(hear)
    notices.start()
    try:
        while True:
            due.clear()
            try:
                if await look() >= MOST_AT_ONCE:
                    due.set()
            except ChangesUnavailable as error:
                _say(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(_pause_seconds(notices, poll_seconds)):
                    await due.wait()
    finally:
        notices.stop()


def _pause_seconds(notices: Notices, poll_seconds: float) -> float:
    return max(poll_seconds, QUIET_SECONDS) if notices.covers_all else poll_seconds


def _wait(due: threading.Event, stop: threading.Event, seconds: float) -> None:
    """`stop` counts within a second."""
    while seconds > 0 and not stop.is_set() and not due.wait(min(seconds, 1.0)):
        seconds -= 1.0


def _say(error: ChangesUnavailable) -> None:
    _log.warning("decisions cannot be asked for: %s", error)
