"""Who may do what: every route, asked by everybody, answers as tests/api/contract.py says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.windows import MINUTE_MS
from tests.api.callers import CALLERS, ROLES, Caller, bot, token
from tests.api.contract import CONTRACT, Promise
from tests.api.described import described_by
from tests.api.world import World, make_world
from tests.parts import GUILD, OTHER_GUILD, examples


def expected(promise: Promise, caller: Caller, guild: int = GUILD) -> int:
    """The permission table."""
    allowed, refused = promise.status, 403
    if promise.who == "public":
        return allowed
    if caller.kind == "nobody":
        return 401
    if promise.who == "bot":
        of_any_guild = promise.body is None and "{guild_id}" not in promise.path
        covered = of_any_guild or guild in caller.guilds
        return allowed if caller.kind == "bot" and covered else refused
    if caller.kind == "bot":
        return refused
    if promise.who == "person":
        return allowed if caller.kind == "login" else refused
    if promise.who == "logged_in":
        return allowed
    high_enough = ROLES.index(caller.role or "viewer") >= ROLES.index(promise.who)
    return allowed if guild in caller.guilds and high_enough else refused


@pytest.fixture
def world(migrated_sqlite_file: Path, tmp_path: Path) -> Iterator[World]:
    made = make_world(migrated_sqlite_file, tmp_path)
    yield made
    made.web.parts.close()


@pytest.fixture(scope="module")
def lasting_world(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    made = make_world(migrated_sqlite_file, tmp_path_factory.mktemp("permissions"))
    yield made
    made.web.parts.close()


@pytest.fixture(scope="module")
def shut_world(
    migrated_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """For all who get nowhere in it: they leave it as it was."""
    made = make_world(migrated_sqlite_file, tmp_path_factory.mktemp("shut"))
    yield made
    made.web.parts.close()


def known(*kinds: str) -> list[Caller]:
    return [caller for caller in CALLERS if caller.kind in kinds]


@pytest.mark.parametrize("caller", known("login", "token", "bot"), ids=lambda caller: caller.name)
def test_every_route_answers_everybody_as_promised(world: World, caller: Caller) -> None:
    ask_everything(world, caller)


@pytest.mark.parametrize("caller", known("nobody"), ids=lambda caller: caller.name)
def test_every_route_answers_nobody_as_promised(shut_world: World, caller: Caller) -> None:
    ask_everything(shut_world, caller)


def ask_everything(world: World, caller: Caller) -> None:
    """Reads twice: what a process knows from the first time makes no difference."""
    described = described_by(world.web.client())
    client = caller.client(world)
    for promise in CONTRACT:
        wanted = expected(promise, caller)
        ask = world.ask_in_vain if wanted in (401, 403) else world.ask
        for _ in range(2 if promise.reads else 1):
            answer = ask(promise, client)
            assert answer.status_code == wanted, (promise.method, promise.path, answer.data)
            described.check(answer)
        if "/auth/" in promise.path and not promise.reads:
            client = caller.client(world)  # that was the end of the login


@settings(
    deadline=None,
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    promise=st.sampled_from(CONTRACT),
    role=st.sampled_from(ROLES),
    guilds=st.sets(st.sampled_from([GUILD, OTHER_GUILD, 900]), min_size=1),
    is_bot=st.booleans(),
    guild=st.sampled_from([GUILD, OTHER_GUILD, 901]),
    prefix=st.sampled_from(["/api/v1", "/api"]),
)
def test_any_token_anywhere(
    lasting_world: World,
    promise: Promise,
    role: str,
    guilds: set[int],
    is_bot: bool,
    guild: int,
    prefix: str,
) -> None:
    caller = bot(*guilds) if is_bot else token(role, *guilds)
    client = caller.client(lasting_world)
    wanted = expected(promise, caller, guild)
    if "{violation_id}" in promise.path and wanted == 200 and guild != GUILD:
        wanted = 404  # the violation is of another server
    lasting_world.web.clock.advance(MINUTE_MS)  # some things may be done a few times in each
    for _ in range(2):
        answer = lasting_world.ask(promise, client, guild, prefix)
        assert answer.status_code == wanted, answer.data


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_a_cookie_writes_from_our_own_page_alone(
    shut_world: World, headers: dict[str, str]
) -> None:
    client = shut_world.log_in("owner")
    # Not the page's word, but what another site's request comes with.
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    for name, value in headers.items():
        client.environ_base[f"HTTP_{name.upper().replace('-', '_')}"] = value
    for promise in CONTRACT:
        if not promise.reads:
            assert shut_world.ask_in_vain(promise, client).status_code == 403, promise.path
    assert client.get("/api/v1/auth/me").status_code == 200


def test_a_foreign_server_is_refused_like_one_nobody_knows(shut_world: World) -> None:
    world = shut_world
    client = world.web.reader(GUILD, role="owner")
    for promise in CONTRACT:
        if promise.who in ROLES:
            bodies = []
            for guild in (OTHER_GUILD, 901):
                answer = world.ask_in_vain(promise, client, guild)
                assert answer.status_code == 403, promise.path
                body: Any = answer.json
                bodies.append({name: one for name, one in body.items() if name != "request_id"})
            assert bodies[0] == bodies[1], promise.path
