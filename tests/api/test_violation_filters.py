"""Each condition of the list of violations by itself, and what is none."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from domain.rule_key import rule_key
from models.rollups.rules import rule_hash
from models.violations.named import MOST_MEMBERS
from tests.api.listed_violations import LIST, VARIED, ids, newest_first, page
from tests.parts import GUILD, OTHER_GUILD, Web, event, ingest, violation

ACTIONS = ("warning", "timeout", "kick", "ban", "none", "other")


@pytest.fixture
def reader(web: Web) -> FlaskClient:
    """A reader of a guild with VARIED violations, beside another guild's."""
    ingest(web.bot(), *VARIED, violation(OTHER_GUILD), violation(OTHER_GUILD))
    return web.reader()


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
