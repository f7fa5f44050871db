"""Decisions reach the bot, and what it says of them reaches people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from domain.bot_changes import BotChangeKind, ForBot
from models.bot.changes import add_change
from tests.parts import GUILD, NOW_MS, OTHER_GUILD, Web, event, ingest, violation
from tests.statements import noted_statements

SERVER = f"/api/v1/servers/{GUILD}"
BOT = f"/api/v1/bot/guilds/{GUILD}/changes"


@pytest.fixture
def bot(web: Web) -> FlaskClient:
    """Of a bot that timed somebody out, who appealed."""
    client = web.bot()
    offence = violation(user_id="41", action_taken="Timeout for 1 h")
    pending = {"appeal_id": "a1", "violation_id": offence["id"], "status": "pending"}
    warned = event("warning", GUILD, NOW_MS - 1, user_id="41", level=2)
    assert ingest(client, offence, warned, event("appeal", GUILD, NOW_MS, **pending)).status_code
    return client


def changes(client: FlaskClient, path: str = BOT) -> list[dict[str, Any]]:
    answer: Any = client.get(path)
    assert answer.status_code == 200, answer.data
    found: list[dict[str, Any]] = answer.json["changes"]
    return found


def test_a_decision_reaches_the_bot_and_its_outcome_people(web: Web, bot: FlaskClient) -> None:
    moderator = web.reader(role="moderator")
    decided = moderator.post(f"{SERVER}/appeals/a1/decision", json={"status": "approved"})
    assert decided.status_code == 200
    (before,) = changes(moderator, f"{SERVER}/bot-changes")
    assert (before["state"], before["told_at"]) == ("waiting", None)
    (change,) = changes(bot)
    assert (change["kind"], change["subject"], change["user_id"]) == (
        "appeals.decide",
        "appeal:a1",
        "41",
    )
    assert (change["data"]["status"], change["data"]["action"]) == ("approved", "timeout")
    assert change["decided_by"]
    assert [one["id"] for one in changes(bot)] == [change["id"]], "until it has said the outcome"
    (told,) = changes(moderator, f"{SERVER}/bot-changes?subject=appeal:a1")
    assert (told["state"], told["told_at"] is not None) == ("told", True)
    outcome = f"{BOT}/{change['id']}/outcome"
    done = {"outcome": "done", "detail": "the timeout was lifted"}
    for _ in range(2):
        assert bot.post(outcome, json=done).status_code == 200
    assert bot.post(outcome, json={"outcome": "failed"}).status_code == 409
    assert changes(bot) == []
    (after,) = changes(moderator, f"{SERVER}/bot-changes")
    assert (after["state"], after["detail"]) == ("done", "the timeout was lifted")


def test_each_kind_of_decision_is_told(web: Web, bot: FlaskClient) -> None:
    owner = web.reader(role="owner")
    assert owner.delete(f"{SERVER}/warnings/41").status_code == 200
    assert owner.put(f"{SERVER}/rules", json={"rules": "Be kind."}).status_code == 200
    assert owner.put(f"{SERVER}/config", json={"buffer_threshold": 12}).status_code == 200
    told = {change["subject"]: change for change in changes(bot)}
    assert told.keys() == {"member:41", "rules", "config"}
    assert told["rules"]["data"] == {"rules": "Be kind."}
    assert told["config"]["data"]["buffer_threshold"] == 12
    assert owner.delete(f"{SERVER}/rules").status_code == 200
    latest = [change["kind"] for change in changes(bot) if change["subject"] == "rules"]
    assert latest == ["rules.delete"], "the last word counts"
    ingest(bot, event("warning", GUILD, NOW_MS + 60_000, user_id="42", level=1))
    web.clock.advance(120_000)
    cleared = owner.post(f"{SERVER}/warnings/bulk-clear", json={"before_date": "2099-01-01"})
    assert cleared.json == {"cleared": 1}
    (bulk,) = [one for one in changes(bot) if one["kind"] == "warnings.bulk_clear"]
    assert bulk["data"]["user_ids"] == ["42"]


def test_what_was_not_decided_is_not_told(web: Web, bot: FlaskClient) -> None:
    owner = web.reader(role="owner")
    assert owner.delete(f"{SERVER}/warnings/999").status_code == 200
    assert owner.delete(f"{SERVER}/rules").status_code == 200
    assert changes(bot) == []


def test_a_bot_sees_its_own_servers_alone(web: Web, bot: FlaskClient) -> None:
    owner = web.reader(role="owner")
    assert owner.put(f"{SERVER}/rules", json={"rules": "Be kind."}).status_code == 200
    stranger = web.bot(OTHER_GUILD)
    assert stranger.get(BOT).status_code == 403
    assert changes(stranger, "/api/v1/bot/changes") == []
    (change,) = changes(web.bot(GUILD), "/api/v1/bot/changes")
    assert (
        stranger.post(f"{BOT}/{change['id']}/outcome", json={"outcome": "done"}).status_code == 403
    )
    elsewhere = f"/api/v1/bot/guilds/{OTHER_GUILD}/changes/{change['id']}/outcome"
    assert stranger.post(elsewhere, json={"outcome": "done"}).status_code == 404
    assert bot.post(f"{BOT}/{uuid4()}/outcome", json={"outcome": "done"}).status_code == 404
    assert len(changes(bot)) == 1


def test_many_are_read_page_by_page(web: Web, bot: FlaskClient) -> None:
    for user_id in range(50, 57):
        ingest(bot, event("warning", GUILD, NOW_MS - 1, user_id=str(user_id), level=1))
        web.clock.advance(1)
        assert web.reader(role="owner").delete(f"{SERVER}/warnings/{user_id}").status_code == 200
    seen, since = [], ""
    while page := changes(bot, f"{BOT}?limit=3{since}"):
        seen += [change["user_id"] for change in page]
        answer: Any = bot.get(f"{BOT}?limit=3{since}").json
        since = f"&since={answer['next']}"
    assert seen == [str(user_id) for user_id in range(50, 57)]
    assert bot.get(f"{BOT}?since=nonsense").status_code == 422


def test_two_outcomes_at_once_are_one(web: Web, bot: FlaskClient) -> None:
    assert web.reader(role="owner").put(f"{SERVER}/rules", json={"rules": "x"}).status_code == 200
    (change,) = changes(bot)
    outcome, token = f"{BOT}/{change['id']}/outcome", web.bot().environ_base["HTTP_AUTHORIZATION"]

    def say(word: str) -> int:
        client = web.client()
        headers = {"Authorization": token}
        return client.post(outcome, json={"outcome": word}, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(say, ["done", "failed"] * 3))
    assert set(said) == {200, 409}
    (after,) = changes(web.reader(), f"{SERVER}/bot-changes")
    winner = "done" if said[0] == 200 else "failed"
    assert after["state"] == winner


def test_erasing_a_member_takes_them_out(web: Web, bot: FlaskClient) -> None:
    owner = web.reader(role="owner")
    for user_id in ("77", "78"):
        ingest(bot, event("warning", GUILD, NOW_MS - 1, user_id=user_id, level=1))
    owner.post(f"{SERVER}/warnings/bulk-clear", json={"before_date": "2099-01-01"})
    assert owner.delete(f"{SERVER}/warnings/41").status_code == 200
    assert "77" in str(changes(bot))
    for user_id in ("41", "77"):
        assert owner.delete(f"{SERVER}/members/{user_id}").status_code == 200
    (left,) = changes(bot)
    assert left["kind"] == "warnings.bulk_clear"
    assert "77" not in left["data"]["user_ids"]
    assert "78" in left["data"]["user_ids"]


def test_an_appeal_is_read_in_the_members_words_until_they_are_erased(
    web: Web, bot: FlaskClient
) -> None:
    offence = violation(user_id="91")
    said = {"violation_id": offence["id"], "status": "pending"}
    words = event("appeal", GUILD, NOW_MS, appeal_id="a9", text="It was <a> quote", **said)
    later = event("appeal", GUILD, NOW_MS - 5, appeal_id="a9", text="a quote", **said)
    assert ingest(bot, offence, words, later).status_code == 202
    owner = web.reader(role="owner")

    def text() -> Any:
        found: Any = owner.get(f"{SERVER}/appeals").json
        return next(one["text"] for one in found["appeals"] if one["appeal_id"] == "a9")

    assert text() == "It was <a> quote"
    assert owner.delete(f"{SERVER}/members/91").status_code == 200
    assert text() is None


def decide(web: Web, guild_id: int, n: int, members: int) -> None:
    data = {"user_ids": [str(10**17 + member) for member in range(members)]}
    what = ForBot(BotChangeKind.WARNINGS_CLEARED, f"members:{n}", data)
    with web.parts.database.write() as connection:
        add_change(connection, guild_id, what, "user:77", NOW_MS + n)


def test_a_page_ends_before_it_is_a_megabyte(web: Web) -> None:
    for n in range(3):
        decide(web, GUILD, n, members=20_000)
    bot, people = web.bot(), web.reader()
    seen, since = [], ""
    for _ in range(3):
        answer: Any = bot.get(f"{BOT}{since}")
        assert len(answer.data) <= 1_000_000
        seen += [one["subject"] for one in answer.json["changes"]]
        since = f"?since={answer.json['next']}"
    assert seen == ["members:0", "members:1", "members:2"]
    shown: Any = people.get(f"{SERVER}/bot-changes").json
    assert [one["subject"] for one in shown["changes"]] == ["members:2", "members:1"]
    (last,) = changes(people, f"{SERVER}/bot-changes?cursor={shown['next_cursor']}")
    assert last["subject"] == "members:0"


def test_what_is_not_in_an_answer_does_not_count_as_told(web: Web) -> None:
    for n in range(3):
        decide(web, GUILD, n, members=20_000)
    told = len(changes(web.bot()))
    rows = changes(web.reader(), f"{SERVER}/bot-changes?subject=members:2")
    assert (told, rows[0]["state"]) == (2, "waiting")


def test_more_servers_take_no_more_statements(web: Web) -> None:
    bot, counts = web.bot(), []
    changes(bot, "/api/v1/bot/changes")  # from here on it is known who that is
    for servers in (range(1, 3), range(3, 13)):
        for guild_id in servers:
            decide(web, guild_id, guild_id, members=1)
        with noted_statements(web.parts.database) as statements:
            changes(bot, "/api/v1/bot/changes")
        counts.append(len(statements))
    assert counts[0] == counts[1]
