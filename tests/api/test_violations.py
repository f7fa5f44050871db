"""The list of violations: filters, cursors, pages; one violation with its member's history."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.clock import rfc3339
from domain.windows import HOUR_MS
from tests.api.listed_violations import LIST, VARIED, ids, newest_first, page, pages
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, violation


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
