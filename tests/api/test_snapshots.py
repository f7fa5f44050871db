"""Reads of snapshots: where they come from, their versions and ETags, when they are stale."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.clock import parse_rfc3339, rfc3339
from domain.snapshot import STALE_AFTER_MS, Kind
from domain.spans import Span
from domain.windows import HOUR_MS
from services import snapshots
from services.materialise import make_snapshots
from services.snapshots import Source
from tests.api.routes import PERIODS, SNAPSHOT_READS
from tests.parts import GUILD, NOW_MS, Web, ingest, messages, violation
from tests.servers.valkey import Valkey

READERS = 50
# The first and last hours of the windows of a day, a week and a month, and those just before.
HOURS_AGO = (0, 1, 23, 24, 167, 168, 706, 707)
METRICS = f"/api/v1/servers/{GUILD}/metrics"


def read(web: Web, token: str, address: str = METRICS, tag: str | None = None) -> TestResponse:
    headers = {} if tag is None else {"If-None-Match": tag}
    return web.client(token).get(address, headers=headers)


def body_of(answer: TestResponse) -> dict[str, Any]:
    body: dict[str, Any] = answer.json or {}
    return body


def source(answer: TestResponse) -> str:
    return answer.headers["X-Cache"]


def empty_redis(valkey: Valkey) -> None:
    with valkey.client() as client:
        client.flushall()


def test_an_answer_comes_from_the_nearest_place_that_has_it(web: Web, valkey: Valkey) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
    assert source(read(web, token)) == "computed"
    assert source(read(web, token)) == "local"
    web.materialise()
    web.parts.snapshots.forget([GUILD])
    assert source(read(web, token)) == "redis"
    assert source(read(web, token)) == "local"
    empty_redis(valkey)
    web.parts.snapshots.forget_all()
    assert source(read(web, token)) == "snapshot"
    web.parts.snapshots.forget_all()
    assert source(read(web, token)) == "redis"


def every_answer(web: Web, token: str, place: str) -> dict[str, dict[str, Any]]:
    """The answers of a process that has nothing itself; all come from `place`."""
    web.parts.snapshots.forget_all()
    answers = {name: read(web, token, f"/api/v1/servers/{GUILD}/{name}") for name in SNAPSHOT_READS}
    # Some names ask for the same: that is then local.
    assert {source(answer) for answer in answers.values()} <= {place, "local"}
    return {name: body_of(answer) for name, answer in answers.items()}


def test_every_place_gives_the_same_answer(web: Web, valkey: Valkey) -> None:
    token = web.api_token()
    ingest(web.bot(), violation(), violation(user_id="42", severity="high"), messages(count=50))
    computed = every_answer(web, token, "computed")
    web.materialise()
    cached = every_answer(web, token, "redis")
    empty_redis(valkey)
    assert every_answer(web, token, "snapshot") == cached
    assert every_answer(web, token, "redis") == cached
    for name, body in cached.items():
        assert body == computed[name] | {"version": 1}, name


def test_a_version_grows_with_every_change_and_only_then(web: Web) -> None:
    token, versions = web.api_token(), []
    for events in ([violation()], [violation()], [], [messages()], []):
        ingest(web.bot(), *events)
        web.materialise()
        web.parts.snapshots.forget_all()
        web.clock.advance(1_000)
        answer = read(web, token)
        assert answer.headers["ETag"] == f'"{body_of(answer)["version"]}"'
        versions.append(body_of(answer)["version"])
    assert versions == [1, 2, 2, 3, 3]


def test_an_etag_spares_the_body(web: Web) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
    web.materialise()
    for name in SNAPSHOT_READS:
        address = f"/api/v1/servers/{GUILD}/{name}"
        tag = read(web, token, address).headers["ETag"]
        same = read(web, token, address, tag)
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag), name
        assert read(web, token, address, '"999"').status_code == 200, name
    tag = read(web, token).headers["ETag"]
    ingest(web.bot(), violation())
    web.materialise()
    web.parts.snapshots.forget_all()
    changed = read(web, token, tag=tag)
    assert (changed.status_code, body_of(changed)["violations_total"]) == (200, 2)


def test_what_has_no_version_yet_is_never_unchanged(web: Web, valkey: Valkey) -> None:
    """Computed answers change from one moment to the next under the same version 0."""
    token = web.api_token()
    tag = read(web, token).headers["ETag"]
    ingest(web.bot(), violation())
    web.parts.snapshots.forget_all()
    assert read(web, token, tag=tag).status_code == 200
    empty_redis(valkey)
    web.parts.snapshots.forget_all()
    again = read(web, token, tag=tag)
    assert (again.status_code, source(again)) == (200, "computed")
    assert read(web, token, tag="*").status_code == 200


def test_headers_say_how_to_keep_it(web: Web) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
    web.materialise()
    headers = read(web, token).headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Cookie, Authorization"
    assert headers["Content-Type"] == "application/json"
    modified = parsedate_to_datetime(headers["Last-Modified"]).timestamp()
    assert modified == NOW_MS // 1000


def test_stale_is_old_while_changes_wait(web: Web) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
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
    """No event came in, but no worker did what time alone makes due."""
    token = web.api_token()
    ingest(web.bot(), violation())
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


@pytest.mark.parametrize("period", ["year", "", "DAY", "day ", "quarter", "all", "0"])
def test_other_periods_are_a_422(web_on_sqlite: Web, period: str) -> None:
    token = web_on_sqlite.api_token()
    for kind in Kind:
        if kind is Kind.OVERVIEW:
            continue
        name = kind.value.replace("_", "-")
        address = f"/api/v1/servers/{GUILD}/{name}?period={period}"
        answer = read(web_on_sqlite, token, address)
        assert answer.status_code == 422, name
        assert list(body_of(answer)["errors"]) == ["period"]


def test_totals_are_the_sums_of_their_series(web: Web) -> None:
    sent = [violation(timestamp_ms=NOW_MS - hours * HOUR_MS) for hours in HOURS_AGO]
    sent += [messages(timestamp_ms=NOW_MS - hours * HOUR_MS, count=9) for hours in (0, 30, 500)]
    ingest(web.bot(), *sent)
    web.materialise()
    token = web.api_token()
    totals = {}
    for period in PERIODS:
        body = body_of(read(web, token, f"{METRICS}?period={period}"))
        series = body["time_series"]
        assert body["violations_total"] == sum(one["violations"] for one in series), period
        assert body["messages_processed"] == sum(one["messages"] for one in series), period
        totals[period] = body["violations_total"]
    assert totals == {"hour": 1, "day": 3, "week": 5, "month": 7}


def test_rules_are_five_unless_asked(web_on_sqlite: Web) -> None:
    ingest(web_on_sqlite.bot(), *(violation(rule=f"rule {number}") for number in range(60)))
    web_on_sqlite.materialise()
    token = web_on_sqlite.api_token()
    address = f"/api/v1/servers/{GUILD}/rule-effectiveness"
    for query, shown in (("", 5), ("?limit=1", 1), ("?limit=50", 50)):
        body = body_of(read(web_on_sqlite, token, address + query))
        assert (len(body["top_rules"]), body["total_rule_violations"]) == (shown, 60)


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that an answer was computed: it shows nowhere else."""
    counted: list[int] = []
    compute = make_snapshots

    def counting(*arguments: Any) -> Any:
        counted.append(1)
        return compute(*arguments)

    monkeypatch.setattr(snapshots, "make_snapshots", counting)
    return counted


def test_fifty_readers_cost_one_computation(web_alone: Web, computations: list[int]) -> None:
    token = web_alone.api_token()
    together = Barrier(READERS)
    addresses = [f"/api/v1/servers/{GUILD}/moderators?period={period}" for period in PERIODS]

    def ask(_: int) -> list[bytes]:
        bodies = []
        for address in addresses:
            together.wait()
            answer = read(web_alone, token, address)
            assert answer.status_code == 200
            bodies.append(answer.data)
        return bodies

    with ThreadPoolExecutor(READERS) as pool:
        answers = list(pool.map(ask, range(READERS)))
    assert all(bodies == answers[0] for bodies in answers)
    assert len(computations) == len(addresses)


def test_who_comes_as_another_is_done_computes_nothing(
    web_alone: Web, computations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked into the process cache just before the answer got there, and went on just after."""
    reader, key = web_alone.parts.snapshots, (GUILD, Kind.METRICS, Span.DAY)
    look = reader.local
    looked: list[Any] = []

    def look_and_be_slow(*asked: Any) -> Any:
        found = look(*asked)
        if not looked:
            looked.append(found)
            reader.read(*key)  # the other one, from beginning to end
        return found

    monkeypatch.setattr(reader, "local", look_and_be_slow)
    assert reader.read(*key)[1] is Source.LOCAL
    assert looked == [None]
    assert len(computations) == 1
