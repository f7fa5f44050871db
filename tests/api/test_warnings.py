"""Members' warning levels: the list with its filters and cursor, one member."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.clock import rfc3339
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, violation

LIST = f"/api/v1/servers/{GUILD}/warnings"
# Member -> level; ids of different lengths, so that order by number differs from that by text.
LEVELS = {7: 1, 30: 3, 100: 3, 41: 5, 42: 2, 9: 3}
HIGHEST_FIRST = ["41", "9", "30", "100", "42", "7"]


@pytest.fixture
def reader(web: Web) -> FlaskClient:
    warned = [event("warning", user_id=str(id), level=level) for id, level in LEVELS.items()]
    other = event("warning", OTHER_GUILD, user_id="41", level=4)
    named = [
        event("user", user_id="41", username="Ada Lovelace", avatar=None),
        event("user", user_id="30", username="100%_Çok Реклама"),
    ]
    ingest(web.bot(), *warned, other, *named, violation(user_id="41"), violation(user_id="42"))
    return web.reader()


def page(client: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 200, answer.data
    body: dict[str, Any] = answer.json or {}
    return body


def members(body: dict[str, Any]) -> list[str]:
    return [one["user_id"] for one in body["warnings"]]


def test_the_highest_level_comes_first(reader: FlaskClient) -> None:
    body = page(reader)
    assert members(body) == HIGHEST_FIRST
    assert (body["total"], body["next_cursor"]) == (6, None)
    assert body["warnings"][0] == {
        "user_id": "41",
        "username": "Ada Lovelace",
        "avatar": body["warnings"][0]["avatar"],
        "level": 5,
        "kicked_before": False,
        "last_violation": rfc3339(NOW_MS),
    }
    assert body["warnings"][1]["last_violation"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": 3}, ["9", "30", "100"]),
        ({"level": 4}, []),
        ({"search": "lovelace"}, ["41"]),
        ({"search": "0"}, ["30", "100"]),
        ({"search": "100"}, ["30", "100"]),
        ({"search": "%"}, ["30"]),
        ({"search": "_"}, ["30"]),
        ({"search": "çOK РЕК"}, ["30"]),
        ({"search": "c\u0327ok"}, ["30"]),
        ({"search": "nobody"}, []),
        ({"search": ""}, HIGHEST_FIRST),
        ({"search": "1", "level": 5}, ["41"]),
    ],
    ids=str,
)
def test_filters(reader: FlaskClient, query: dict[str, Any], expected: list[str]) -> None:
    body = page(reader, **query)
    assert members(body) == expected
    assert body["total"] == len(expected)


@pytest.mark.parametrize("limit", [1, 2, 4, 6])
def test_a_walk_visits_each_member_once(reader: FlaskClient, limit: int) -> None:
    body = page(reader, limit=limit)
    seen = members(body)
    while cursor := body["next_cursor"]:
        body = page(reader, limit=limit, cursor=cursor)
        seen += members(body)
    assert seen == HIGHEST_FIRST


@pytest.mark.parametrize(
    "query",
    [{"level": 6}, {"level": "x"}, {"limit": 0}, {"cursor": "x"}, {"search": "\x00"}],
    ids=str,
)
def test_wrong_values_are_a_422(web_on_sqlite: Web, query: dict[str, Any]) -> None:
    answer = web_on_sqlite.reader().get(LIST, query_string=query)
    assert (answer.status_code, list((answer.json or {})["errors"])) == (422, list(query))


def test_one_member(reader: FlaskClient) -> None:
    body: Any = reader.get(f"{LIST}/41").json
    assert (body["level"], body["level_description"], body["kicked_before"]) == (5, "Banned", False)
    assert [one["user_id"] for one in body["violations"]] == ["41"]


def test_a_member_nobody_warned(reader: FlaskClient) -> None:
    body: Any = reader.get(f"{LIST}/999").json
    assert (body["level"], body["level_description"]) == (0, "No warnings")
    assert (body["last_violation"], body["violations"]) == (None, [])


@pytest.mark.parametrize("member", ["x", "0", "-1", "9223372036854775808", "1e3"])
def test_ids_that_are_none_are_a_400(web_on_sqlite: Web, member: str) -> None:
    assert web_on_sqlite.reader().get(f"{LIST}/{member}").status_code == 400
