"""Discord's limits, by a clock that stands still until a test moves it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.discord.conftest import Headers, bearer
from tests.discord.rate_limits import ROUTE_LIMITS
from tests.discord.server import Discord

USER = "GET /users/{user_id}"


@pytest.fixture(autouse=True)
def _still(discord: Discord) -> None:
    discord.clock.stop()
    discord.limits.set_route(USER, 2, 10)


def test_every_answer_tells_what_is_left(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    first = ask.get(f"users/{ada}", headers=as_bot)
    discord.clock.advance(2_500)
    second = ask.get("users/1", headers=as_bot)
    assert second.status_code == 404
    ends = (discord.clock.now_ms() + 7_500) / 1000
    for answer, left, after in ((first, "1", "10.000"), (second, "0", "7.500")):
        assert answer.headers["x-ratelimit-limit"] == "2"
        assert answer.headers["x-ratelimit-remaining"] == left
        assert answer.headers["x-ratelimit-reset"] == f"{ends:.3f}"
        assert answer.headers["x-ratelimit-reset-after"] == after
        assert "x-ratelimit-scope" not in answer.headers
    assert first.headers["x-ratelimit-bucket"] == second.headers["x-ratelimit-bucket"]


def test_a_spent_limit_answers_429_until_its_window_ends(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    def get() -> httpx.Response:
        return ask.get(f"users/{ada}", headers=as_bot)

    assert [get().status_code for _ in range(2)] == [200, 200]
    discord.clock.advance(1_250)
    refused = get()
    assert refused.status_code == 429
    assert refused.json()["retry_after"] == 8.75
    assert refused.json()["global"] is False
    assert refused.headers["retry-after"] == "9"
    assert refused.headers["x-ratelimit-scope"] == "user"
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "x-ratelimit-global" not in refused.headers
    discord.clock.advance(8_749)
    assert get().status_code == 429
    discord.clock.advance(1)
    assert get().status_code == 200


def test_no_two_requests_take_the_same_place(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    with ThreadPoolExecutor(10) as threads:
        answers = threads.map(lambda _: ask.get(f"users/{ada}", headers=as_bot), range(10))
        statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 2 + [429] * 8


def test_each_account_has_limits_of_its_own(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    grace = bearer(discord.world.agree(discord.world.add_user().id))
    statuses = [
        ask.get("users/@me/guilds", headers=headers).status_code
        for headers in (as_ada, grace, as_ada, grace)
    ]
    assert statuses == [200, 200, 429, 429]


def test_guilds_and_webhooks_have_limits_of_their_own(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    for route in ("GET /guilds/{guild_id}", "POST /webhooks/{webhook_id}/{webhook_token}"):
        discord.limits.set_route(route, 1, 1)
    guilds = [discord.world.add_guild(owner_id=ada).id for _ in range(2)]
    paths = [f"guilds/{guild}" for guild in guilds]
    statuses = [ask.get(path, headers=as_bot).status_code for path in paths * 2]
    assert statuses == [200, 200, 429, 429]
    hooks = [discord.world.add_webhook(guild) for guild in guilds]
    paths = [f"webhooks/{hook.id}/{hook.token}" for hook in hooks]
    statuses = [ask.post(path, json={"content": "x"}).status_code for path in paths * 2]
    assert statuses == [204, 204, 429, 429]


def test_an_account_does_50_things_a_second(
    discord: Discord, ask: httpx.Client, as_bot: Headers, as_ada: Headers
) -> None:
    statuses = [ask.get("users/@me", headers=as_bot).status_code for _ in range(50)]
    assert statuses == [200] * 50
    discord.clock.advance(400)
    refused = ask.get("users/@me/guilds", headers=as_bot)
    assert (refused.status_code, refused.json()["global"]) == (429, True)
    assert refused.json()["retry_after"] == 0.6
    assert refused.headers["x-ratelimit-global"] == "true"
    assert refused.headers["x-ratelimit-scope"] == "global"
    assert "x-ratelimit-bucket" not in refused.headers
    assert ask.get("users/@me", headers=as_ada).status_code == 200
    discord.clock.advance(600)
    assert ask.get("users/@me/guilds", headers=as_bot).status_code == 200


def test_limits_can_be_lifted(discord: Discord, ask: httpx.Client, as_bot: Headers) -> None:
    discord.limits.lift()
    answers = [ask.get("users/@me/guilds", headers=as_bot) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert "x-ratelimit-limit" not in answers[0].headers


def test_too_many_invalid_requests_shut_an_address_out(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers, as_bot: Headers
) -> None:
    discord.limits.set_invalid(4)
    guild = discord.world.add_guild(owner_id=ada, bot=False).id
    assert ask.get("users/@me").status_code == 401
    assert ask.get(f"guilds/{guild}/members/{ada}", headers=as_bot).status_code == 403
    assert ask.get("users/1", headers=as_bot).status_code == 404
    statuses = [ask.get("users/@me/guilds", headers=as_ada).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
    discord.clock.advance(60_000)
    banned = ask.get("users/@me", headers=as_ada)
    assert (banned.status_code, banned.text) == (429, "error code: 1015")
    assert banned.headers["retry-after"] == "540"
    discord.clock.advance(540_000)
    assert ask.get("users/@me", headers=as_ada).status_code == 200


def test_a_limit_shared_with_others_is_not_held_against_one(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    discord.limits.set_invalid(1)
    discord.faults.fail("GET /users/@me", 429, 3, scope="shared", retry_after_seconds=1336.57)
    answers = [ask.get("users/@me", headers=as_ada) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].json()["message"] == "The resource is being rate limited."
    assert answers[0].headers["retry-after"] == "1337"


def test_a_program_says_what_it_is(ask: httpx.Client, as_bot: Headers) -> None:
    for agent in ("", "Python-urllib/3.11"):
        answer = ask.get("users/@me", headers={**as_bot, "User-Agent": agent})
        assert (answer.status_code, answer.json()["code"]) == (403, 40333)


def test_a_client_that_reads_the_headers_is_never_refused(
    discord: Discord, ask: httpx.Client, as_bot: Headers
) -> None:
    users = [discord.world.add_user(username=f"user{number}").id for number in range(20)]
    for user in users:
        answer = ask.get(f"users/{user}", headers=as_bot)
        assert answer.status_code == 200
        if answer.headers["x-ratelimit-remaining"] == "0":
            discord.clock.advance(round(float(answer.headers["x-ratelimit-reset-after"]) * 1000))
    assert discord.journal.count(USER) == 20
    assert discord.journal.avoidable_429s() == []
    assert discord.journal.repeated(USER) == []


def test_every_limited_route_exists() -> None:
    from tests.discord.routes import ROUTES

    assert set(ROUTE_LIMITS) <= {route.name for route in ROUTES}
