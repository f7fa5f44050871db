"""A server with many tokens: a page of them, and statements that do not grow with their number."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from domain.windows import DAY_MS
from models.accounts.tokens import add_token
from services.accounts.tokens import new_token
from services.operations.upkeep import prune
from tests.parts import GUILD, NOW_MS, Web
from tests.statements import noted_statements

BASE = f"/api/v1/servers/{GUILD}"


def chain(web: Web, tokens: int) -> list[UUID]:
    """Tokens, each made by the one before it."""
    made: list[UUID] = []
    with web.parts.database.write() as connection:
        for n in range(tokens):
            parent_id = made[-1] if made else None
            when = {"created_ms": NOW_MS + n, "expires_ms": None}
            given = {"kind": "api", "name": str(n), "role": "viewer", "created_by": None}
            row = new_token(**given, **when, parent_id=parent_id)[1]  # type: ignore[arg-type]
            add_token(connection, row, [GUILD])
            made.append(row.id)
    return made


@pytest.fixture
def admin(web: Web) -> FlaskClient:
    client = web.reader(role="admin")
    client.get(f"{BASE}/usage")  # from here on it is known who that is
    return client


@pytest.mark.parametrize("method", ["usage", "create"])
def test_a_chain_of_tokens_takes_no_more_statements(
    web: Web, admin: FlaskClient, method: str
) -> None:
    def ask() -> Any:
        if method == "usage":
            return admin.get(f"{BASE}/usage")
        return admin.post(f"{BASE}/tokens", json={"name": "x", "role": "viewer"})

    counts = []
    for _ in range(2):
        with noted_statements(web.parts.database) as statements:
            assert ask().status_code in (200, 201)
        counts.append(len(statements))
        chain(web, 20)
    assert counts[0] == counts[1]


def test_what_comes_from_an_ended_token_has_ended(web: Web, admin: FlaskClient) -> None:
    ids = chain(web, 3)
    assert (admin.get(f"{BASE}/usage").json or {})["tokens"] == 4
    assert admin.delete(f"{BASE}/tokens/{ids[1]}").status_code == 200
    assert (admin.get(f"{BASE}/usage").json or {})["tokens"] == 2


def test_pages_go_through_all_tokens_newest_first(web: Web, admin: FlaskClient) -> None:
    made = [str(id) for id in reversed(chain(web, 25))]
    seen: list[str] = []
    more = ""
    for n in (10, 10, 6):  # with that of who asks, which is as old as the first
        answer: Any = admin.get(f"{BASE}/tokens?limit=10{more}").json
        assert len(answer["tokens"]) == n
        seen += [token["id"] for token in answer["tokens"]]
        more = f"&cursor={answer['next_cursor']}"
    assert (seen[:24], answer["next_cursor"]) == (made[:24], None)
    assert len(set(seen)) == len(seen) == 26
    assert admin.get(f"{BASE}/tokens?cursor=x").status_code == 422


def test_what_ended_is_listed_for_a_year(web: Web, admin: FlaskClient) -> None:
    ids = [str(id) for id in chain(web, 3)]
    assert admin.delete(f"{BASE}/tokens/{ids[1]}").status_code == 200
    for days, left in ((364, {*ids}), (2, {ids[0]})):
        web.clock.advance(days * DAY_MS)
        prune(web.parts)
        answer: Any = admin.get(f"{BASE}/tokens").json
        assert {token["id"] for token in answer["tokens"]} & {*ids} == left
