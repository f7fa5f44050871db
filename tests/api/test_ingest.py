"""`POST /ingest`: each event once for ever, durable before the 202, only where allowed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from domain.windows import DAY_MS, MINUTE_MS
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, messages, violation

UNVERSIONED = "/api/ingest"


def stored(web: Web, query: str) -> Any:
    """What another connection sees: nothing but what is committed."""
    engine = create_engine(web.parts.database.url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()
    finally:
        engine.dispose()


def body_of(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = answer.json
    return body


def test_202_comes_after_the_commit(web: Web) -> None:
    answer = ingest(web.bot(), violation(), violation(), messages(count=7))
    assert answer.status_code == 202
    assert body_of(answer) == {"accepted": 3, "duplicates": 0, "rejected": []}
    assert stored(web, "SELECT count(*) FROM violations") == 2
    assert stored(web, "SELECT sum(violations) FROM rollup_hours") == 2
    assert stored(web, "SELECT sum(messages) FROM rollup_days") == 7
    assert stored(web, "SELECT count(*) FROM ingested_events") == 3
    assert stored(web, "SELECT count(*) FROM dirty_guilds") == 1


def test_every_type_of_event_is_taken(web: Web) -> None:
    first = violation()
    others = [
        messages(),
        event("heartbeat", latency_ms=20, rate_limit={"limit": 50, "remaining": 4}),
        event("warning", user_id="41", level=2),
        event("appeal", appeal_id="a", violation_id=first["id"], status="approved"),
        event("guild", name="Ünïcode ☃", member_count=10),
        event("user", user_id="41", username="ada"),
    ]
    assert body_of(ingest(web.bot(), first, *others))["accepted"] == 7


def test_an_event_counts_once_within_a_request(web: Web) -> None:
    one, other = violation(), messages(count=2)
    answer = body_of(ingest(web.bot(), one, other, one, one))
    assert answer == {"accepted": 2, "duplicates": 2, "rejected": []}
    assert stored(web, "SELECT sum(violations) FROM rollup_hours") == 1


def test_an_event_counts_once_for_ever(web: Web) -> None:
    bot, one = web.bot(), violation()
    ingest(bot, one)
    again = body_of(ingest(bot, one | {"reason": "changed", "severity": "high"}, violation()))
    assert again == {"accepted": 1, "duplicates": 1, "rejected": []}
    assert stored(web, "SELECT sum(high) FROM rollup_hours") == 0
    web.clock.advance(31 * DAY_MS)
    assert ingest(bot, one).status_code == 422


def test_an_id_is_the_same_in_capitals(web_on_sqlite: Web) -> None:
    one = violation()
    ingest(web_on_sqlite.bot(), one)
    again = ingest(web_on_sqlite.bot(), one | {"id": one["id"].upper()})
    assert body_of(again)["duplicates"] == 1


def test_requests_at_once_count_each_event_once(web: Web) -> None:
    token, batch = web.bot_token(), [violation() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ingest(web.client(token), *batch), range(8)))
    assert [answer.status_code for answer in answers] == [202] * 8
    assert sum(body_of(answer)["accepted"] for answer in answers) == 20
    assert sum(body_of(answer)["duplicates"] for answer in answers) == 140
    assert stored(web, "SELECT sum(violations) FROM rollup_days") == 20


def test_valid_events_are_stored_though_others_are_not(web: Web) -> None:
    good, bad = violation(), violation(severity="extreme", user_id="x")
    answer = ingest(web.bot(), bad, good, {"no": "event"}, "text")  # type: ignore[arg-type]
    assert answer.status_code == 202
    body = body_of(answer)
    assert body["accepted"] == 1
    assert [(one["index"], one["id"]) for one in body["rejected"]] == [
        (0, bad["id"]),
        (2, None),
        (3, None),
    ]
    assert set(body["rejected"][0]["errors"]) == {"severity", "user_id"}
    assert stored(web, "SELECT count(*) FROM violations") == 1


def test_only_invalid_events_are_a_422(web: Web) -> None:
    answer = ingest(web.bot(), violation(severity="extreme"), violation(reason=""))
    assert answer.status_code == 422
    assert set(body_of(answer)["errors"]) == {"0", "1"}
    assert stored(web, "SELECT count(*) FROM ingested_events") == 0


@pytest.mark.parametrize(
    ("offset_ms", "status"),
    [
        (5 * MINUTE_MS, 202),
        (5 * MINUTE_MS + 1, 422),
        (-30 * DAY_MS, 202),
        (-30 * DAY_MS - 1, 422),
    ],
)
def test_times_from_30_days_back_to_5_minutes_ahead(
    web_on_sqlite: Web, offset_ms: int, status: int
) -> None:
    answer = ingest(web_on_sqlite.bot(), violation(timestamp_ms=NOW_MS + offset_ms))
    assert answer.status_code == status


def test_unknown_fields_are_refused_on_v1_and_ignored_without_version(web: Web) -> None:
    odd = violation(colour="red")
    answer = ingest(web.bot(), odd, violation())
    assert body_of(answer)["rejected"][0]["errors"] == {"colour": ["Unknown field."]}
    assert ingest(web.bot(), odd).status_code == 422
    assert body_of(ingest(web.bot(), odd, path=UNVERSIONED))["accepted"] == 1


def test_an_unknown_field_beside_the_events(web_on_sqlite: Web) -> None:
    bot, body = web_on_sqlite.bot(), {"events": [violation()], "sent_by": "me"}
    assert bot.post("/api/v1/ingest", json=body).status_code == 422
    assert bot.post(UNVERSIONED, json=body).status_code == 202


def test_a_bot_writes_for_its_guilds_alone(web: Web) -> None:
    bot = web.bot(GUILD)
    answer = body_of(ingest(bot, violation(OTHER_GUILD), violation(GUILD)))
    assert (answer["accepted"], [one["index"] for one in answer["rejected"]]) == (1, [0])
    assert list(answer["rejected"][0]["errors"]) == ["guild_id"]
    assert ingest(bot, violation(OTHER_GUILD)).status_code == 403
    assert stored(web, f"SELECT count(*) FROM violations WHERE guild_id = {OTHER_GUILD}") == 0


def test_the_same_id_in_two_guilds_is_two_events(web_on_sqlite: Web) -> None:
    one = violation(GUILD)
    other = one | {"guild_id": str(OTHER_GUILD)}
    assert body_of(ingest(web_on_sqlite.bot(), one, other))["accepted"] == 2
