"""What to do about each answer of the server; pencil and paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

LONGEST_WAIT_SECONDS = 3600.0


class Kind(Enum):
    SETTLED = "settled"  # committed, or refused event by event: the batch is done with
    SPLIT = "split"  # refused as a whole: find out by halves which event it is
    LATER = "later"  # the server is busy or away
    REFUSED = "refused"  # this client: its token, its address


@dataclass(frozen=True)
class Verdict:
    kind: Kind
    detail: str = ""
    accepted: int = 0
    duplicates: int = 0
    rejected: dict[int, Any] = field(default_factory=dict)  # place in the batch -> errors
    retry_after_seconds: float | None = None


def judge(status: int, headers: Mapping[str, str], body: bytes, size: int) -> Verdict:
    """The verdict on a batch of `size` events. `headers` with names in lower case."""
    problem = _json(body)
    detail = f"{status} {problem.get('detail') or ''}".strip()
    if status == 202:
        return _committed(problem, size)
    if status in (403, 422) and (rejected := _by_place(problem.get("errors"), size)):
        return Verdict(Kind.SETTLED, detail, rejected=rejected)
    is_ours = headers.get("content-type", "").startswith("application/problem+json")
    if status == 413 or (status in (400, 422) and is_ours):
        return Verdict(Kind.SPLIT, detail)
    if status == 429 or status >= 500:
        return Verdict(Kind.LATER, detail, retry_after_seconds=retry_after(headers))
    return Verdict(Kind.REFUSED, detail, retry_after_seconds=retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either of its two forms; at most an hour, None without a readable one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def _committed(said: dict[str, Any], size: int) -> Verdict:
    """A 202 must account for every event; from anything else (a proxy) nothing is concluded."""
    accepted, duplicates, rejected = (
        said.get(name) for name in ("accepted", "duplicates", "rejected")
    )
    if not isinstance(accepted, int) or not isinstance(duplicates, int):
        return Verdict(Kind.LATER, "202 without the counts of Modwatch")
    places = _rejected_places(rejected, size)
    if places is None or accepted + duplicates + len(places) != size:
        return Verdict(Kind.LATER, "202 with counts that do not add up")
    return Verdict(
        kind=Kind.SETTLED, detail="202", accepted=accepted, duplicates=duplicates, rejected=places
    )


def _rejected_places(rejected: Any, size: int) -> dict[int, Any] | None:
    if not isinstance(rejected, list) or not all(isinstance(one, dict) for one in rejected):
        return None
    return _by_place({one.get("index"): one.get("errors") for one in rejected}, size, empty={})


def _by_place(errors: Any, size: int, empty: dict[int, Any] | None = None) -> dict[int, Any] | None:
    """Errors by place in the batch; None where the keys are not such places."""
    if not isinstance(errors, dict):
        return None
    if not errors:
        return empty
    texts = [str(key) for key in errors]
    if not all(text.isascii() and text.isdigit() and int(text) < size for text in texts):
        return None
    return {int(text): said for text, said in zip(texts, errors.values(), strict=True)}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
