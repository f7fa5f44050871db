"""Reads of snapshots: where they come from, their versions and ETags, what they add up to."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import text

from domain.snapshot import Kind
from domain.windows import HOUR_MS
from tests.api.reading import METRICS, body_of, empty_redis, read, source
from tests.api.routes import PERIODS, SNAPSHOT_READS
from tests.parts import GUILD, NOW_MS, Web, ingest, messages, violation
from tests.servers.valkey import Valkey

# The first and last hours of the windows of a day, a week and a month, and those just before.
HOURS_AGO = (0, 1, 23, 24, 167, 168, 706, 707)


def test_an_answer_comes_from_the_nearest_place_that_has_it(web: Web, valkey: Valkey) -> None:
    token = web.api_token()
    ingest(web.bot(), violation())
    assert source(read(web, token)) == "computed"
    assert source(read(web, token)) == "local"
    web.materialise()
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
        assert answer.headers["ETag"].startswith(f'"{body_of(answer)["version"]}-')
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


def test_the_same_version_of_other_bytes_is_another_answer(web: Web, valkey: Valkey) -> None:
    """As a database gives it that was put back, and went on otherwise."""
    token = web.api_token()
    ingest(web.bot(), violation())
    web.materialise()
    tag = read(web, token).headers["ETag"]
    assert read(web, token, METRICS, tag).status_code == 304
    with web.parts.database.write() as connection:
        total = '"violations_total":{}'.format
        change = text("UPDATE metric_snapshots SET body = replace(body, :one, :two)")
        connection.execute(change, {"one": total(1), "two": total(2)})
    empty_redis(valkey)
    web.parts.snapshots.forget_all()
    other = read(web, token, METRICS, tag)
    assert other.status_code == 200
    assert body_of(other)["violations_total"] == 2
