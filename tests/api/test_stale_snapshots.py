"""When an answer is stale: old while changes wait, or of a window that moved on unseen."""

from __future__ import annotations

from domain.clock import parse_rfc3339, rfc3339
from domain.snapshot import STALE_AFTER_MS
from domain.windows import HOUR_MS
from tests.api.reading import METRICS, body_of, read
from tests.parts import NOW_MS, Web, ingest, messages, violation


def test_stale_is_old_while_changes_wait(web: Web) -> None:
    """To who looks on; who comes only now has it made (tests/services/test_waiting_guilds.py)."""
    token = web.api_token()
    ingest(web.bot(), violation())
    read(web, token, f"{METRICS}?period=month")
    web.materialise()
    web.clock.advance(STALE_AFTER_MS + 1)
    answer = read(web, token, f"{METRICS}?period=month")
    assert body_of(answer)["stale"] is False  # old, but nothing waits
    assert body_of(answer)["as_of"] == rfc3339(NOW_MS)
    ingest(web.bot(), violation(timestamp_ms=web.clock()))
    web.parts.snapshots.forget_all()
    waiting = read(web, token, f"{METRICS}?period=month")
    assert body_of(waiting)["stale"] is True
    assert body_of(waiting)["violations_total"] == 1
    same_tag = read(web, token, f"{METRICS}?period=month", waiting.headers["ETag"])
    assert same_tag.status_code == 200  # a client must hear that it is stale
    web.materialise()
    web.parts.snapshots.forget_all()
    fresh = body_of(read(web, token, f"{METRICS}?period=month"))
    assert (fresh["stale"], fresh["violations_total"]) == (False, 2)


def test_young_snapshots_are_not_stale(web: Web) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
    web.materialise()
    ingest(web.bot(), violation())
    web.clock.advance(STALE_AFTER_MS - 1)
    web.parts.snapshots.forget_all()
    assert body_of(read(web, token, f"{METRICS}?period=month"))["stale"] is False


def test_a_window_that_moved_on_and_was_not_redone_is_stale(web: Web) -> None:
    """No event came in, but no worker did what time alone makes due. Somebody looks on."""
    token = web.api_token()
    ingest(web.bot(), violation())
    read(web, token, f"{METRICS}?period=hour")
    web.materialise()
    web.clock.advance(STALE_AFTER_MS + 60_000)
    body = body_of(read(web, token, f"{METRICS}?period=hour"))
    assert body["stale"] is True


def test_an_empty_window_moves_on_by_itself(web: Web) -> None:
    """Nobody redoes what holds no data: its series is made for the moment of asking."""
    token = web.api_token()
    ingest(web.bot(), messages(timestamp_ms=NOW_MS - 3 * HOUR_MS))
    web.materialise()
    for _ in range(3):
        web.clock.advance(60_000)
        body = body_of(read(web, token, f"{METRICS}?period=hour"))
        last = parse_rfc3339(body["time_series"][-1]["timestamp"])
        assert last == web.clock() // 60_000 * 60_000
        assert body["stale"] is False
