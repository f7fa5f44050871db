"""Discord on a bad day: away, slow, silent, or refusing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.discord.conftest import Headers
from tests.discord.server import Discord

ME = "GET /users/@me"
POST_WEBHOOK = "POST /webhooks/{webhook_id}/{webhook_token}"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(50) as pool:
        yield pool


def test_discord_goes_away_and_comes_back(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    assert ask.get("users/@me", headers=as_ada).status_code == 200
    discord.go_away()
    discord.go_away()
    for _ in range(2):  # also on the connection that was open
        with pytest.raises(httpx.TransportError):
            ask.get("users/@me", headers=as_ada)
    with pytest.raises(httpx.ConnectError):
        httpx.get(discord.url)
    discord.come_back()
    discord.come_back()
    assert ask.get("users/@me", headers=as_ada).status_code == 200


def test_going_away_breaks_what_is_under_way(
    discord: Discord, ask: httpx.Client, as_ada: Headers, threads: ThreadPoolExecutor
) -> None:
    discord.faults.hold(ME)
    answer = threads.submit(ask.get, "users/@me", headers=as_ada)
    discord.journal.wait_for(ME, 1)
    discord.go_away()
    with pytest.raises(httpx.TransportError):
        answer.result()


def test_a_held_route_waits_for_its_release(
    discord: Discord, ask: httpx.Client, as_ada: Headers, threads: ThreadPoolExecutor
) -> None:
    discord.limits.lift()
    discord.faults.hold(ME)
    answers = [threads.submit(ask.get, "users/@me", headers=as_ada) for _ in range(50)]
    discord.journal.wait_for(ME, 50)
    assert ask.get("users/@me/guilds", headers=as_ada).status_code == 200
    assert not any(answer.done() for answer in answers)
    discord.faults.release(ME)
    assert {answer.result().status_code for answer in answers} == {200}


def test_a_slow_answer_outlasts_an_impatient_client(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    discord.faults.slow("*", 3600)
    with pytest.raises(httpx.ReadTimeout):
        ask.get("users/@me", headers=as_ada, timeout=httpx.Timeout(30, read=0.05))
    discord.faults.clear()
    assert ask.get("users/@me", headers=as_ada).status_code == 200


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_route_fails_as_often_as_told(
    discord: Discord, ask: httpx.Client, as_ada: Headers, status: int
) -> None:
    discord.faults.fail(ME, status, times=2)
    answers = [ask.get("users/@me", headers=as_ada) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["code"] == 0


def test_what_stands_before_discord_speaks_no_json(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    discord.faults.fail("*", 502)
    answer = ask.get("users/@me", headers=as_ada)
    assert (answer.status_code, answer.text) == (502, "<h1>502 Bad Gateway</h1>")


def test_an_answer_may_be_nonsense(discord: Discord, as_ada: Headers) -> None:
    discord.faults.fail(ME, 200, body='{"id":')
    answer = httpx.get(f"{discord.api_url}/users/@me", headers=as_ada)
    assert (answer.status_code, answer.text) == (200, '{"id":')


def test_a_global_limit_can_be_forced(discord: Discord, ask: httpx.Client, as_ada: Headers) -> None:
    discord.faults.fail(ME, 429, scope="global", retry_after_seconds=0.25)
    answer = ask.get("users/@me", headers=as_ada)
    assert (answer.json()["global"], answer.json()["retry_after"]) == (True, 0.25)
    assert answer.headers["x-ratelimit-global"] == "true"


@pytest.mark.parametrize(("after_effect", "arrived"), [(True, 1), (False, 0)])
def test_the_work_may_be_done_though_the_answer_is_lost(
    discord: Discord, ask: httpx.Client, ada: int, after_effect: bool, arrived: int
) -> None:
    webhook = discord.world.add_webhook(discord.world.add_guild(owner_id=ada).id)
    discord.faults.fail(POST_WEBHOOK, 0, after_effect=after_effect)
    with pytest.raises(httpx.RemoteProtocolError):
        ask.post(f"webhooks/{webhook.id}/{webhook.token}", json={"content": "A raid"})
    assert len(webhook.messages) == arrived
