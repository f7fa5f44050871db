"""A request that its sender names is done once, however often it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select

from api.http.answers import invalid, json_answer
from api.http.bodies import json_body
from api.http.guard import guarded
from api.http.idempotency import HEADER, REPLAYED, idempotent, operation_id
from domain.roles import Authenticated, Moderator
from domain.windows import DAY_MS
from models.idempotency.keys import IdempotencyKey
from schemas.body import RulesBody
from services.idempotency.keys import CLAIM_MS
from services.operations.upkeep import prune
from tests.api.contract import GUILD_PATH
from tests.api.described import described_by
from tests.parts import GUILD, OTHER_GUILD, Web, make_web, settings_for

PATH = f"/api/v1/servers/{GUILD}/things"


# What makes or sends something each time, on routes that the contract names; not what shows
# a secret (`rotate-secret`), nor what only looks (`export/estimate`, `schedules/preview`).
ONCE = {
    "channels/test",
    "channels/{channel_id}/test",
    "export",
    "schedules",
    "schedules/{schedule_id}/deliveries/{sent_id}/resend",
    "schedules/{schedule_id}/run",
    "schedules/{schedule_id}/test",
}


class Things:
    """A route of the test: it notes what it did, and waits where the test says so."""

    def __init__(self) -> None:
        self.done: list[UUID] = []
        self.may_end = Event()
        self.may_end.set()
        self.dies = False

    def add_to(self, app: Flask) -> None:
        @guarded
        @idempotent
        def make_thing(who: Authenticated[Moderator]) -> Response:
            body = json_body(RulesBody())
            if body["rules"] == "bad":
                raise invalid("rules", "not that")
            self.done.append(operation_id())
            assert self.may_end.wait(30)
            if self.dies:
                raise SystemExit  # the process ends before it answers
            return json_answer({"n": len(self.done), "said": body["rules"]}, 201)

        app.add_url_rule(
            "/api/v1/servers/<snowflake(server):guild_id>/things",
            view_func=make_thing,
            methods=["POST"],
        )


@pytest.fixture
def things() -> Things:
    return Things()


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path, things: Things) -> Iterator[Web]:
    yield from _web(sqlite_url, tmp_path, things)


@pytest.fixture
def web_on_both(database_url: str, tmp_path: Path, things: Things) -> Iterator[Web]:
    yield from _web(database_url, tmp_path, things)


def _web(url: str, tmp_path: Path, things: Things) -> Iterator[Web]:
    made = make_web(settings_for(url, tmp_path))
    things.add_to(made.app)
    yield made
    made.parts.close()


@pytest.fixture
def client(web: Web) -> FlaskClient:
    return web.reader(GUILD, OTHER_GUILD, role="moderator")


def send(client: FlaskClient, said: str, key: str | None = "k", path: str = PATH) -> Any:
    headers = {} if key is None else {HEADER: key}
    return client.post(path, json={"rules": said}, headers=headers)


def test_what_makes_or_sends_something_takes_a_name(web_on_sqlite: Web) -> None:
    operations = described_by(web_on_sqlite.client()).operations()
    taking = {
        path.removeprefix(f"{GUILD_PATH}/")
        for (_, path), one in operations.items()
        if HEADER in str(one.get("parameters"))
    }
    assert taking == ONCE


def test_sent_again_the_first_answer_comes_again(client: FlaskClient, things: Things) -> None:
    first, again = send(client, "a"), send(client, "a")
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, again.data)
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    assert len(things.done) == 1


def test_another_body_is_refused_and_changes_nothing(client: FlaskClient, things: Things) -> None:
    first = send(client, "a")
    other = send(client, "b")
    assert (other.status_code, list(other.json["errors"])) == (422, [HEADER])
    assert send(client, "a").data == first.data
    assert len(things.done) == 1


def test_a_key_is_of_one_caller_one_server_and_one_prefix(web: Web, things: Things) -> None:
    first, second = (web.reader(GUILD, OTHER_GUILD, role="moderator") for _ in range(2))
    other = PATH.replace(str(GUILD), str(OTHER_GUILD))
    for client, path in ((first, PATH), (second, PATH), (first, other)):
        assert send(client, "a", path=path).status_code == 201
    assert send(first, "a", path=PATH.replace("/v1", "")).status_code == 201
    assert len(things.done) == len(set(things.done)) == 4


def test_without_a_key_each_is_done(client: FlaskClient, things: Things) -> None:
    assert [send(client, "a", None).status_code for _ in range(2)] == [201, 201]
    assert len(set(things.done)) == 2


def test_what_was_refused_leaves_the_key_free(client: FlaskClient, things: Things) -> None:
    assert send(client, "bad").status_code == 422
    assert send(client, "good").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "ünfug"])
def test_a_key_that_is_none(client: FlaskClient, things: Things, key: str) -> None:
    answer = send(client, "a", key)
    assert (answer.status_code, things.done) == (422, [])


def test_of_two_at_once_one_is_done(web_on_both: Web, things: Things) -> None:
    """The other is asked to come again, or gets the same answer; for as long as the first takes."""
    token, start, answers = web_on_both.api_token(role="moderator"), Barrier(6), []
    things.may_end.clear()

    def ask() -> None:
        client = web_on_both.client(token)
        start.wait()
        answer = send(client, "a")
        while answer.status_code == 409:
            assert answer.headers["Retry-After"] == "1"
            things.may_end.set()
            answer = send(client, "a")
        answers.append((answer.status_code, answer.data))

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(things.done) == 1
    assert answers == [answers[0]] * 6
    assert answers[0][0] == 201


def test_after_a_crash_it_is_done_under_the_same_id(web_on_both: Web, things: Things) -> None:
    client = web_on_both.reader(role="moderator")
    assert send(client, "a").status_code == 201
    with web_on_both.parts.database.write() as connection:  # as a process leaves it that was killed
        table = IdempotencyKey.__table__
        until_ms = web_on_both.clock() + CLAIM_MS
        connection.execute(
            table.update().values(status=None, claim=UUID(int=1), claimed_until_ms=until_ms)  # type: ignore[attr-defined]
        )
    assert send(client, "a").status_code == 409
    web_on_both.clock.advance(CLAIM_MS + 1)
    assert send(client, "a").status_code == 201
    assert len(things.done) == 2
    assert len(set(things.done)) == 1


def test_what_raises_leaves_the_key_free(web: Web, client: FlaskClient, things: Things) -> None:
    things.dies = True
    with pytest.raises(SystemExit):
        send(client, "a")
    things.dies = False
    assert send(client, "a").status_code == 201


def test_a_key_is_kept_for_a_day(web_on_both: Web, things: Things) -> None:
    token = web_on_both.api_token(role="moderator")
    send(web_on_both.client(token), "a")
    web_on_both.clock.advance(DAY_MS - 1)
    prune(web_on_both.parts)
    assert send(web_on_both.client(token), "a").headers[REPLAYED] == "true"
    web_on_both.clock.advance(2)
    prune(web_on_both.parts)
    with web_on_both.parts.database.read() as connection:
        assert connection.execute(select(IdempotencyKey)).all() == []


def test_a_large_body_gives_its_turn_back(web: Web, client: FlaskClient) -> None:
    """More of them than may be on their way at once."""
    for number in range(12):
        answer = client.post(
            PATH, data=b'{"rules": "' + b"x" * 200_000 + b'"}', headers={HEADER: str(number)},
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 422, answer.data
