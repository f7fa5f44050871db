"""The control API, and the stand-in as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from adapters.process.tether import die_with_parent
from tests.discord.server import Discord


@pytest.fixture
def control(discord: Discord) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=discord.control_url, verify=False) as client:
        yield client


def test_whatever_a_test_can_do_a_program_can(discord: Discord, control: httpx.Client) -> None:
    grace = control.post("/world/add_user", json={"username": "grace"}).json()
    assert discord.world.users[int(grace["id"])].username == "grace"
    guild = control.post("/world/add_guild", json={"id": "7", "owner_id": grace["id"]}).json()
    assert (guild["id"], guild["owner_id"]) == ("7", grace["id"])
    assert control.post("/limits/set_global", json={"requests": 9}).json() is None
    assert control.post("/journal/counts").json() == {}
    assert control.post("/clock/now_ms").json() == pytest.approx(discord.clock.now_ms(), abs=60_000)
    assert control.post("/settings").json() == discord.settings()


def test_it_answers_while_discord_is_away(discord: Discord, control: httpx.Client) -> None:
    control.post("/go_away")
    with pytest.raises(httpx.ConnectError):
        httpx.get(discord.url)
    control.post("/come_back")
    assert httpx.get(discord.url).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/world/no_such_thing", {}, 404),
        ("/world/__init__", {}, 404),
        ("/world/users", {}, 404),
        ("/api/answer", {}, 404),
        ("/stop", {}, 404),
        ("/world/add_user", {"nickname": "x"}, 400),
        ("/world/remove_user", {"user_id": "1"}, 400),
        ("/world/add_user", [], 400),
    ],
)
def test_a_wrong_call_says_so(control: httpx.Client, path: str, body: object, status: int) -> None:
    answer = control.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_a_call_changes_something_and_so_is_a_post(control: httpx.Client) -> None:
    assert control.get("/settings").status_code == 404


def test_it_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.discord", "--redirect-uri", "http://127.0.0.1/back"]
    tie = partial(die_with_parent, os.getpid())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=tie) as process:
        try:
            assert process.stdout is not None
            settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
            assert bot_name(settings) == "modwatch"
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0
        finally:
            process.kill()


def bot_name(settings: dict[str, str]) -> object:
    headers = {"Authorization": f"Bot {settings['MODWATCH_DISCORD_BOT_TOKEN']}"}
    me = httpx.get(f"{settings['MODWATCH_DISCORD_API_URL']}/users/@me", headers=headers)
    return me.json()["username"]
