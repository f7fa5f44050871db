"""The list of violations: filters, cursors, pages; one violation with its member's history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.clock import rfc3339
from domain.rule_key import rule_key
from domain.windows import HOUR_MS
from models.rollups.rules import rule_hash
from models.violations.named import MOST_MEMBERS
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, JsonObject, Web, event, ingest, violation

LIST = f"/api/v1/servers/{GUILD}/violations"
# Times that repeat, so that order and cursors have to look at the id as well.
VARIED = [
    violation(
        timestamp_ms=NOW_MS - (number // 3) * HOUR_MS,
        user_id=str(41 + number % 3),
        reason=f"reason {number}" if number % 2 else f"Ünsinn 100% {number}_",
        rule=None if number % 4 == 0 else f"rule {number % 4}",
        severity=("low", "medium", "high")[number % 3],
        detection_type=("regex", "ai", "automod", "manual", "raid")[number % 5],
        action_taken=("Warned", "10-minute timeout", "kick", "Banned", "", "Unbanned")[number % 6],
    )
    for number in range(30)
]
ACTIONS = ("warning", "timeout", "kick", "ban", "none", "other")


def newest_first(events: list[JsonObject]) -> list[str]:
    ranked = sorted(events, key=lambda one: (one["timestamp"], UUID(one["id"]).bytes), reverse=True)
    return [one["id"] for one in ranked]


def page(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 200, answer.data
    body: dict[str, Any] = answer.json or {}
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [one["id"] for one in body["violations"]]


def pages(client: FlaskClient, **query: Any) -> Iterator[dict[str, Any]]:
    """From the first page to the one without a next."""
    body = page(client, **query)
    yield body
    while cursor := body["next_cursor"]:
        body = page(client, **query, cursor=cursor)
        yield body


@pytest.fixture
def reader(web: Web) -> FlaskClient:
    """A reader of a guild with VARIED violations, beside another guild's."""
    ingest(web.bot(), *VARIED, violation(OTHER_GUILD), violation(OTHER_GUILD))
    return web.reader()


def test_the_list_is_newest_first(reader: FlaskClient) -> None:
    body = page(reader)
    assert ids(body) == newest_first(VARIED)
    assert (body["total"], body["page"], body["per_page"]) == (30, 1, 50)
    assert body["next_cursor"] is None


def test_a_name_finds_the_violations_of_its_member(web: Web) -> None:
    found = violation(user_id="51", reason="other words", severity="high")
    saying = violation(user_id="52", reason="like ÁDA")
    called = event("user", user_id="51", username="Ádám")
    ingest(web.bot(GUILD), found, saying, violation(user_id="53"), called)
    reader = web.reader()
    assert ids(page(reader, q="ÁD")) == newest_first([found, saying])
    assert page(reader, q="ád")["total"] == 2
    assert ids(page(reader, q="ád", severity="high")) == [found["id"]]
    assert ids(page(reader, q="ádám", detection_type="regex")) == [found["id"]]
    assert page(reader, q="ád")["members_left_out"] is False
    # What one guild's bot says is known in that guild alone.
    ingest(web.bot(), violation(OTHER_GUILD, user_id="51"))
    other = web.reader(OTHER_GUILD).get(LIST.replace(str(GUILD), str(OTHER_GUILD)) + "?q=ádám")
    assert other.json is not None
    assert other.json["total"] == 0


def test_a_name_of_many_members_finds_those_with_the_most_violations(web: Web) -> None:
    crowd = [violation(user_id=str(100 + number)) for number in range(MOST_MEMBERS + 1)]
    names = [event("user", user_id=one["user_id"], username="raider") for one in crowd]
    again = violation(user_id=crowd[-1]["user_id"])
    ingest(web.bot(), *crowd, *names, again)
    body = page(web.reader(), q="raid")
    assert body["members_left_out"] is True
    assert body["total"] == len(body["violations"]) == MOST_MEMBERS + 1
    assert {again["id"], crowd[-1]["id"]} < set(ids(body))


def test_a_row_says_what_the_event_said(web: Web) -> None:
    sent = violation(
        rule="no spam",
        reason="Ünïcode ☃ <b>",
        action_taken="10-minute timeout",
        message_id="9223372036854775807",
        channel_id="5",
        channel_name="general",
        moderator_id="6",
        response_time_ms=120,
    )
    appeal = event("appeal", appeal_id="a", violation_id=sent["id"], status="pending")
    user = event("user", user_id="41", username="ada", avatar="a1b2", discriminator="0")
    moderator = event("user", user_id="6", username="grace")
    ingest(web.bot(), sent, appeal, user, moderator)
    (row,) = page(web.reader())["violations"]
    assert row.pop("avatar").startswith("https://cdn.discordapp.com/avatars/41/a1b2")
    assert row.pop("moderator_avatar") == "https://cdn.discordapp.com/embed/avatars/0.png"
    assert row == {
        "id": sent["id"],
        "user_id": "41",
        "username": "ada",
        "message_id": "9223372036854775807",
        "channel_id": "5",
        "channel_name": "general",
        "moderator_id": "6",
        "moderator_username": "grace",
        "rule": "no spam",
        "reason": "Ünïcode ☃ <b>",
        "severity": "low",
        "detection_type": "regex",
        "action": "timeout",
        "action_taken": "10-minute timeout",
        "response_time_ms": 120,
        "timestamp": rfc3339(NOW_MS),
        "appeal": "pending",
    }


def key_of(rule: str) -> str:
    return rule_key(rule_hash(rule))


FILTERS: list[tuple[dict[str, str], Any]] = [
    ({"severity": "high"}, lambda one: one["severity"] == "high"),
    ({"detection_type": "raid"}, lambda one: one["detection_type"] == "raid"),
    ({"user_id": "42"}, lambda one: one["user_id"] == "42"),
    ({"rule": "rule 2"}, lambda one: one["rule"] == "rule 2"),
    ({"rule": VARIED[0]["reason"]}, lambda one: one["reason"] == VARIED[0]["reason"]),
    ({"rule_hash": key_of("rule 2")}, lambda one: one["rule"] == "rule 2"),
    (
        {"rule_hash": key_of(VARIED[0]["reason"])},
        lambda one: one["reason"] == VARIED[0]["reason"],
    ),
    ({"rule_hash": key_of("another")}, lambda one: False),
    ({"rule_hash": key_of("rule 2"), "rule": "rule 1"}, lambda one: False),
    ({"since": VARIED[9]["timestamp"]}, lambda one: one["timestamp"] >= VARIED[9]["timestamp"]),
    ({"until": VARIED[9]["timestamp"]}, lambda one: one["timestamp"] < VARIED[9]["timestamp"]),
    ({"q": "REASON 1"}, lambda one: "reason 1" in one["reason"]),
    ({"q": "rule 3"}, lambda one: one["rule"] == "rule 3"),
    ({"q": "100% 4_"}, lambda one: "100% 4_" in one["reason"]),
    ({"q": "üNSINN"}, lambda one: "Ünsinn" in one["reason"]),
    ({"q": "u\u0308nsinn １００"}, lambda one: "Ünsinn 100" in one["reason"]),
    ({"q": "%"}, lambda one: "%" in one["reason"]),
    ({"q": "\\"}, lambda one: False),
    ({"q": ""}, lambda one: True),
    (
        {"severity": "low", "user_id": "41", "q": "reason"},
        lambda one: (
            one["severity"] == "low" and one["user_id"] == "41" and "reason" in one["reason"]
        ),
    ),
    ({"severity": "low", "user_id": "42"}, lambda one: False),
    ({"user_id": "999"}, lambda one: False),
]


@pytest.mark.parametrize(("query", "matches"), FILTERS, ids=[str(query) for query, _ in FILTERS])
def test_each_filter(reader: FlaskClient, query: dict[str, str], matches: Any) -> None:
    body = page(reader, **query)
    expected = newest_first([one for one in VARIED if matches(one)])
    assert ids(body) == expected
    assert body["total"] == len(expected)


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_filtered_by_their_normal_form(reader: FlaskClient, action: str) -> None:
    body = page(reader, action=action)
    assert {one["action"] for one in body["violations"]} == {action}
    assert body["total"] == 5


@pytest.mark.parametrize(
    "query",
    [
        {"severity": "extreme"},
        {"detection_type": ""},
        {"action": "Warned"},
        {"user_id": "x"},
        {"user_id": "-1"},
        {"since": "yesterday"},
        {"until": "2026-03-18"},
        {"rule": ""},
        {"rule_hash": "rule 2"},
        {"rule_hash": "9B1F2A7C40D35E68"},
        {"rule_hash": "9b1f2a7c40d35e68\n"},
        {"q": "\x00"},
        {"q": "x" * 201},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "ten"},
        {"page": "0"},
        {"per_page": "101"},
        {"cursor": "nonsense"},
        {"cursor": "W10"},
        {"cursor": "WyJhIiwiYiJd"},
        {"cursor": "☃"},
    ],
    ids=str,
)
def test_wrong_values_are_a_422_that_names_them(web_on_sqlite: Web, query: dict[str, str]) -> None:
    answer = web_on_sqlite.reader().get(LIST, query_string=query)
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == list(query)


def test_a_cursor_of_another_list_is_a_422(web_on_sqlite: Web) -> None:
    warned = [event("warning", user_id=str(user), level=1) for user in (1, 2)]
    ingest(web_on_sqlite.bot(), *warned)
    reader = web_on_sqlite.reader()
    warnings: Any = reader.get(f"/api/v1/servers/{GUILD}/warnings?limit=1").json
    assert reader.get(LIST, query_string={"cursor": warnings["next_cursor"]}).status_code == 422


@pytest.mark.parametrize("query", [{}, {"severity": "low"}, {"q": "reason"}], ids=str)
@pytest.mark.parametrize("limit", [1, 7, 29, 30])
def test_a_walk_by_cursor_visits_each_row_once(
    reader: FlaskClient, limit: int, query: dict[str, str]
) -> None:
    walked = list(pages(reader, limit=limit, **query))
    assert [id for body in walked for id in ids(body)] == ids(page(reader, **query))
    assert all(len(ids(body)) == limit for body in walked[:-1])
    assert 0 < len(ids(walked[-1])) <= limit


def test_a_walk_visits_each_row_once_while_others_come_in(web: Web, reader: FlaskClient) -> None:
    """New ones, late ones, and ones of the very moment at which a page ended."""
    bot, seen = web.bot(), []
    for body in pages(reader, limit=4):
        seen += ids(body)
        last = body["violations"][-1]["timestamp"]
        ingest(
            bot,
            violation(timestamp_ms=NOW_MS + 1_000),
            violation() | {"timestamp": last},
            violation(timestamp_ms=NOW_MS - 2 * HOUR_MS),
        )
    known = {one["id"] for one in VARIED}
    assert [id for id in seen if id in known] == newest_first(VARIED)
    assert len(seen) == len(set(seen))


def test_pages_as_older_clients_ask_for_them(reader: FlaskClient) -> None:
    expected = newest_first(VARIED)
    for number in (1, 2, 3):
        body = page(reader, page=number, per_page=12)
        assert ids(body) == expected[(number - 1) * 12 : number * 12]
        assert (body["page"], body["per_page"], body["total"]) == (number, 12, 30)
    assert ids(page(reader, page=4, per_page=12)) == []
    assert ids(page(reader, page=1_000_000, per_page=100)) == []


def test_a_page_leads_on_to_a_cursor(reader: FlaskClient) -> None:
    first = page(reader, page=1, per_page=10)
    following = page(reader, cursor=first["next_cursor"], limit=10)
    assert ids(first) + ids(following) == newest_first(VARIED)[:20]


def test_one_violation_with_its_members_history(web: Web, reader: FlaskClient) -> None:
    one = VARIED[7]
    answer: Any = reader.get(f"{LIST}/{one['id']}").json
    assert answer["id"] == one["id"]
    of_member = [other for other in VARIED if other["user_id"] == one["user_id"]]
    assert [row["id"] for row in answer["history"]] == newest_first(of_member)
    ingest(web.bot(), *(violation(user_id=one["user_id"]) for _ in range(30)))
    answer = reader.get(f"{LIST}/{one['id']}").json
    assert len(answer["history"]) == 20


def test_one_violation_of_another_guild_is_not_there(web: Web) -> None:
    other = violation(OTHER_GUILD)
    ingest(web.bot(), other)
    assert web.reader().get(f"{LIST}/{other['id']}").status_code == 404
    assert web.reader().get(f"{LIST}/17").status_code == 400


def test_a_page_ends_before_it_is_a_megabyte(web: Web) -> None:
    """Each character of these reasons is six bytes of JSON."""
    sent = [violation(timestamp_ms=NOW_MS - place, reason="\x01" * 1000) for place in range(170)]
    ingest(web.bot(), *sent)
    reader, seen, after = web.reader(), 0, ""
    for _ in range(2):
        answer: Any = reader.get(f"/api/v1/servers/{GUILD}/violations?limit=200{after}")
        assert len(answer.data) <= 1_000_000
        seen += len(answer.json["violations"])
        after = f"&cursor={answer.json['next_cursor']}"
    assert (seen, answer.json["next_cursor"]) == (170, None)
