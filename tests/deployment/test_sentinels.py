"""Compose's Sentinels, by the script that starts them: what they learned outlives them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis

from adapters.process.tether import die_with_parent
from tests.deployment.texts import COMPOSE, ROOT, compose
from tests.parts import until
from tests.servers.ports import free_port
from tests.servers.redis_places import Server
from tools.standins import valkey_server

PASSWORD = "secret"
PATIENCE_SECONDS = 120


class Sentinels:
    """Processes of compose/sentinel/start.sh, with one volume."""

    def __init__(self, folder: Path, first_port: int) -> None:
        self.volume = folder / "volume"
        self._folder = folder
        self.volume.mkdir()
        (folder / "redis_password").write_text(PASSWORD)
        program = folder / "valkey-sentinel"
        program.write_text(f'#!/bin/sh\nexec {valkey_server()} "$1" --sentinel\n')
        program.chmod(0o755)
        replaced = {
            "/data/": f"{self.volume}/",
            "/run/secrets/": f"{folder}/",
            "port 26379": "bind 127.0.0.1\nport $PORT",
            "valkey 6379 2": f"127.0.0.1 {first_port} 1",
            "milliseconds modwatch 5000": "milliseconds modwatch 500",
            # Two that each voted for themselves vote again after twice as long.
            "timeout modwatch 30000": "timeout modwatch 1000",
        }
        text = (COMPOSE / "sentinel" / "start.sh").read_text()
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        (folder / "start.sh").write_text(text)

    def start(self, ends: ExitStack) -> redis.Redis:
        """One more; its client."""
        port = free_port()
        path = f"{self._folder}:{os.environ['PATH']}"
        with (self._folder / f"log-{port}").open("wb") as log:
            process = subprocess.Popen(
                ["sh", str(self._folder / "start.sh")],
                env=os.environ | {"PORT": str(port), "PATH": path},
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        ends.callback(process.wait)
        ends.callback(process.kill)
        client = redis.Redis(port=port, decode_responses=True)
        ends.callback(client.close)
        until(lambda: _answers(client), PATIENCE_SECONDS, "a Sentinel that answers")
        return client


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    first, second = Server(tmp_path / "first"), Server(tmp_path / "second")
    options = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
    first.start(*options)
    second.start(*options, "--replicaof", "127.0.0.1", str(first.port))
    yield first, second
    for server in (first, second):
        server.kill()


def test_all_of_them_started_anew_know_the_present_primary(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    first, second = servers
    (tmp_path / "sentinels").mkdir()
    sentinels = Sentinels(tmp_path / "sentinels", first.port)
    with ExitStack() as ends:
        both = [sentinels.start(ends) for _ in range(2)]
        until(lambda: all(map(_knows_all, both)), PATIENCE_SECONDS, "they know what there is")
        first.kill()
        until(_each_names(both, second.port), PATIENCE_SECONDS, "the second takes over")
        before = {_id_of(one) for one in both}
    with ExitStack() as ends:
        again = [sentinels.start(ends) for _ in range(2)]
        assert _each_names(again, second.port)()
        assert {_id_of(one) for one in again} == before
        assert sorted(path.name for path in sentinels.volume.glob("*.conf")) == ["1.conf", "2.conf"]


def test_in_kubernetes_it_goes_by_its_own_file_where_nobody_answers(tmp_path: Path) -> None:
    """No `valkey-cli` that finds any other is here, as where all pods start anew."""
    script = ROOT / "kubernetes" / "overlays" / "ha" / "start-sentinel.sh"
    text = script.read_text().replace("/run/secrets/modwatch/", f"{tmp_path}/")
    (tmp_path / "start.sh").write_text(text.replace("/tmp/sentinel", f"{tmp_path}/sentinel"))
    (tmp_path / "redis_password").write_text(PASSWORD)
    program = tmp_path / "valkey-sentinel"
    program.write_text('#!/bin/sh\ngrep -E "monitor|myid|auth-pass" "$1"\n')
    program.chmod(0o755)
    first = _started(tmp_path)
    assert first == ["monitor modwatch valkey-0.valkey 6379 2", f"auth-pass modwatch {PASSWORD}"]
    kept = "sentinel myid abc\nsentinel monitor modwatch valkey-1.valkey 6379 2\n"
    (tmp_path / "sentinel.conf").write_text(f"{kept}sentinel auth-pass modwatch old\n")
    assert _started(tmp_path) == ["myid abc", first[0].replace("0", "1", 1), first[1]]


def _started(folder: Path) -> list[str]:
    path = f"{folder}:/usr/bin:/bin"
    started = subprocess.run(
        ["sh", folder / "start.sh"], env={"PATH": path}, check=True, capture_output=True, text=True
    )
    return [line.removeprefix("sentinel ") for line in started.stdout.splitlines()]


def test_their_volume_is_theirs() -> None:
    services = compose()["services"]
    (mount,) = (one for one in services["sentinel"]["volumes"] if one["target"] == "/data")
    assert (mount["type"], mount["source"]) == ("volume", "sentinel")
    sources = {one["source"]: one["target"] for one in services["secrets"]["volumes"]}
    folder = sources["sentinel"]
    assert folder in (COMPOSE / "prepare-secrets.sh").read_text().split("for folder in")[1]


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def _knows_all(client: redis.Redis) -> bool:
    state: Any = client.sentinel_master("modwatch")
    return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == 1)


def _each_names(clients: list[redis.Redis], port: int) -> Callable[[], bool]:
    primary = ("127.0.0.1", port)
    return lambda: all(
        one.sentinel_get_master_addr_by_name("modwatch") == primary for one in clients
    )


def _id_of(client: redis.Redis) -> str:
    commands: Any = client
    return str(commands.execute_command("SENTINEL", "MYID"))
