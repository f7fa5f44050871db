"""One HTTP request to a provider, and what its answer means where it says nothing of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from adapters.channels.ways import Ways
from adapters.outgoing.client import DEADLINE_SECONDS, Answer, OutgoingError
from domain.attempts import Attempt, Outcome

LONGEST_WAIT_MS = 60 * 60 * 1000
GONE = (404, 410)
TRY_LATER = (429, 503)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came of it; `answer` is None where none came."""

    attempt: Attempt
    answer: Answer | None

    def json(self) -> dict[str, Any]:
        """The answer as an object; empty where it is none."""
        try:
            found = orjson.loads(self.answer.body) if self.answer else {}
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


def post_json(
    ways: Ways,
    address: str,
    body: object,
    on_sending: Callable[[], None],
    *,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
) -> Exchange:
    """Send `body` as JSON. Raises only what `on_sending` raises."""
    return exchange(
        ways,
        method,
        address,
        orjson.dumps(body),
        on_sending,
        headers={"Content-Type": "application/json"} | dict(headers or {}),
    )


def exchange(
    ways: Ways,
    method: str,
    address: str,
    body: bytes,
    on_sending: Callable[[], None],
    *,
    headers: Mapping[str, str],
) -> Exchange:
    try:
        answer = ways.outgoing.request(
            method,
            address,
            headers=headers,
            body=body,
            on_sending=on_sending,
            deadline_seconds=min(DEADLINE_SECONDS, ways.patience_seconds),
        )
    except OutgoingError as error:
        outcome = Outcome.IN_DOUBT if error.may_have_arrived else Outcome.NOT_SENT
        return Exchange(Attempt(outcome=outcome, reason=error.reason), None)
    return Exchange(_attempt(answer, ways.clock()), answer)


def _attempt(answer: Answer, now_ms: int) -> Attempt:
    wait_ms = _retry_after_ms(answer, now_ms) if answer.status in TRY_LATER else None
    outcome = _outcome(answer.status, wait_ms)
    return Attempt(
        outcome=outcome,
        reason="sent" if outcome is Outcome.SENT else f"http_{answer.status}",
        http_status=answer.status,
        answer=answer.text(),
        retry_after_ms=wait_ms,
        is_channel_broken=answer.status in GONE,
    )


def _outcome(status: int, wait_ms: int | None) -> Outcome:
    """A redirect is a failure: following it could lead anywhere."""
    if 200 <= status < 300:
        return Outcome.SENT
    if status in TRY_LATER:
        return Outcome.NOT_SENT if wait_ms is None else Outcome.WAIT
    return Outcome.IN_DOUBT if status >= 500 else Outcome.DEAD


def _retry_after_ms(answer: Answer, now_ms: int) -> int | None:
    """`Retry-After` as seconds or as a date, at most an hour; None where there is none."""
    text = answer.headers.get("retry-after", "").strip()
    wait_ms = _seconds_as_ms(text)
    if wait_ms is None:
        wait_ms = _until_ms(text, now_ms)
    return None if wait_ms is None else max(0, min(wait_ms, LONGEST_WAIT_MS))


def _seconds_as_ms(text: str) -> int | None:
    try:
        return int(float(text) * 1000)
    except (ValueError, OverflowError):
        return None


def _until_ms(text: str, now_ms: int) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1000) - now_ms
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
