"""What each answer of a server means, and how long to wait after it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from modwatch_client.answers import Kind, judge, retry_after
from modwatch_client.backoff import Backoff, RetryPolicy

PROBLEM = {"content-type": "application/problem+json"}
HTML = {"content-type": "text/html"}


def said(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind"),
    [
        (202, {}, said(accepted=2, duplicates=1, rejected=[]), Kind.SETTLED),
        (202, {}, said(accepted=2, duplicates=0, rejected=[]), Kind.LATER),
        (202, {}, said(accepted=3), Kind.LATER),
        (202, {}, said(accepted=2, duplicates=0, rejected=[{"index": 3}]), Kind.LATER),
        (202, {}, said(accepted=2, duplicates=0, rejected=["x"]), Kind.LATER),
        (202, {}, b"<html>", Kind.LATER),
        (202, {}, b"[" * 100_000, Kind.LATER),
        (200, {}, said(accepted=3, duplicates=0, rejected=[]), Kind.REFUSED),
        (301, {}, b"", Kind.REFUSED),
        (400, PROBLEM, said(detail="not JSON"), Kind.SPLIT),
        (400, HTML, b"<html>", Kind.REFUSED),
        (401, PROBLEM, said(detail="a bot token is needed"), Kind.REFUSED),
        (403, PROBLEM, said(detail="only a bot token may do this"), Kind.REFUSED),
        (403, PROBLEM, said(errors={"0": {}, "1": {}, "2": {}}), Kind.SETTLED),
        (404, HTML, b"", Kind.REFUSED),
        (413, HTML, b"", Kind.SPLIT),
        (415, PROBLEM, said(), Kind.REFUSED),
        (422, PROBLEM, said(errors={"events": ["at most 10"]}), Kind.SPLIT),
        (422, PROBLEM, said(errors={"0": {}, "1": {}, "2": {}}), Kind.SETTLED),
        (422, PROBLEM, said(errors={"0": {}, "3": {}}), Kind.SPLIT),
        (429, {}, b"", Kind.LATER),
        (500, {}, b"", Kind.LATER),
        (503, PROBLEM, said(), Kind.LATER),
    ],
)
def test_what_an_answer_to_three_events_means(
    status: int, headers: dict[str, str], body: bytes, kind: Kind
) -> None:
    assert judge(status, headers, body, 3).kind is kind


def test_each_refusal_by_its_place() -> None:
    rejected = [{"index": 1, "id": "x", "errors": {"reason": ["too long"]}}]
    verdict = judge(202, {}, said(accepted=1, duplicates=1, rejected=rejected), 3)
    assert (verdict.accepted, verdict.duplicates) == (1, 1)
    assert verdict.rejected == {1: {"reason": ["too long"]}}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), ("99999999", 3600.0), ("soon", None), ("", None), ("-1", None)],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}) == seconds


def test_retry_after_as_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=1800), usegmt=True)
    earlier = format_datetime(datetime.now(UTC) - timedelta(seconds=1800), usegmt=True)
    found = retry_after({"retry-after": later})
    assert found is not None
    assert 1000 < found <= 1800
    assert retry_after({"retry-after": earlier}) == 0.0


def test_backoff_doubles_up_to_its_cap_with_full_jitter() -> None:
    policy = RetryPolicy(base_seconds=1, cap_seconds=60)
    longest, shortest = Backoff(policy, lambda: 1.0), Backoff(policy, lambda: 0.0)
    waits = [longest.wait_seconds(Kind.LATER, None) for _ in range(9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert [shortest.wait_seconds(Kind.LATER, None) for _ in range(9)] == [0] * 9
    longest.reset()
    assert longest.wait_seconds(Kind.LATER, None) == 1


def test_a_refused_token_is_asked_about_slowly() -> None:
    policy = RetryPolicy(refused_base_seconds=30, refused_cap_seconds=900)
    backoff = Backoff(policy, lambda: 0.0)
    waits = [backoff.wait_seconds(Kind.REFUSED, None) for _ in range(7)]
    assert waits == [15, 30, 60, 120, 240, 450, 450]


def test_never_before_the_server_said() -> None:
    for jitter in (0.0, 0.5, 1.0):
        wait = Backoff(RetryPolicy(), lambda jitter=jitter: jitter).wait_seconds(Kind.LATER, 40.0)  # type: ignore[misc]
        assert 40 <= wait <= 41
    assert Backoff(RetryPolicy()).wait_seconds(Kind.LATER, 0.0) >= 0
