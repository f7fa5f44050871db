"""`make image-test`: the image is built, and its containers run as compose.yaml runs them.

Web, worker and beat share SQLite in a volume; Valkey is the one that the image brings along. Needs
root; four minutes, and as much again the first time, when the base is made. Prints each step, and
raises at the first that fails.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from adapters.process.tether import die_with_parent
from tests.deployment.image.build import IMAGE, build, ensure_base
from tests.deployment.image.engine import exit_code, prepare, run
from tests.parts import messages, until

T = TypeVar("T")
VOLUME = "modwatch-image-test"
WEB_PORT, VALKEY_PORT, WORKER_PORT, BEAT_PORT = "18917", "18916", "18918", "18919"
URL = f"http://127.0.0.1:{WEB_PORT}"
NAMES = ("valkey", "web", "worker", "beat")
HARD = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
PLACE = ("--network=host", f"--volume={VOLUME}:/var/lib/modwatch")
SETTINGS = {
    "MODWATCH_REDIS_URL": f"redis://127.0.0.1:{VALKEY_PORT}/0",
    "MODWATCH_PORT": WEB_PORT,
    "MODWATCH_BIND": "127.0.0.1",
}
VALKEY = (
    "exec $(find /opt/modwatch -name valkey-server -type f | head -n 1)"
    f" --save '' --bind 127.0.0.1 --port {VALKEY_PORT}"
)
CELERY = ("celery", "-A", "celery_config")
PATIENCE_SECONDS = 120.0


def main() -> None:
    prepare()
    told("base", ensure_base)
    commit = told("image", build)
    labels = json.loads(run("podman", "inspect", "--format", "{{json .Config.Labels}}", IMAGE))
    assert labels["org.opencontainers.image.revision"] == commit
    with nothing_left():
        told("migrations", lambda: once("modwatch", "db", "upgrade"))
        token = once("modwatch", "tokens", "create", "--kind", "bot")
        assert once("id", "--user") == "10001"
        assert commit[:12] in once("modwatch", "--version")
        start("valkey", "sh", "-c", VALKEY)
        start("web", "gunicorn", "wsgi:app")
        start("worker", *CELERY, "worker", "--concurrency=1", metrics_port=WORKER_PORT)
        start("beat", *CELERY, "beat", metrics_port=BEAT_PORT)
        told("web is ready", lambda: until(is_ready, PATIENCE_SECONDS, "readiness"))
        for name in NAMES[1:]:
            told(f"{name} is healthy", until_healthy(name))
        told("an event is taken and becomes a figure", lambda: send(token))
        assert exit_code("podman", "exec", "web", "touch", "/opt/modwatch/x") != 0, "read-only"
        for name in reversed(NAMES[1:]):
            assert told(f"{name} ends", ended(name)) == "0"
    print("image: built, run, and ended in order")


def told(what: str, step: Callable[[], T]) -> T:
    started = time.monotonic()
    found = step()
    print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)
    return found


@contextmanager
def nothing_left() -> Iterator[None]:
    """Also of a run before that was killed; what a container said is shown where one fails."""
    _remove()
    run("podman", "volume", "create", VOLUME)
    try:
        yield
    except BaseException:
        for name in NAMES:
            print(f"--- {name}\n{run('podman', 'logs', '--tail=20', name, check=False)}")
        raise
    finally:
        _remove()


def _remove() -> None:
    run("podman", "rm", "--force", "--time=5", *NAMES, check=False)
    run("podman", "volume", "rm", "--force", VOLUME, check=False)


def _settings(more: dict[str, str]) -> list[str]:
    return [f"--env={name}={value}" for name, value in (SETTINGS | more).items()]


def once(*command: str) -> str:
    """A command in a container of its own."""
    return run("podman", "run", "--rm", *HARD, *PLACE, *_settings({}), IMAGE, *command)


def start(name: str, *command: str, metrics_port: str = "0") -> None:
    given = _settings({"MODWATCH_WORKER_METRICS_PORT": metrics_port})
    run("podman", "run", "--detach", "--name", name, *HARD, *PLACE, *given, IMAGE, *command)


def is_ready() -> bool:
    try:
        return httpx.get(f"{URL}/health/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def until_healthy(name: str) -> Callable[[], None]:
    def holds() -> bool:
        return exit_code("podman", "exec", name, "modwatch", "healthy", name) == 0

    return lambda: until(holds, PATIENCE_SECONDS, f"health of {name}")


def send(token: str) -> None:
    """The worker has made snapshots of it where none is behind any more."""
    headers = {"Authorization": f"Bearer {token}"}
    event = messages(timestamp_ms=time.time_ns() // 1_000_000)
    with httpx.Client(base_url=URL, headers=headers, timeout=30) as bot:
        answer = bot.post("/api/v1/ingest", json={"events": [event]})
        assert answer.status_code == 202, answer.text
        until(lambda: _made() >= 1, PATIENCE_SECONDS, "snapshots by the worker")


def _made() -> float:
    name = "modwatch_guilds_materialised_total"
    told = httpx.get(f"http://127.0.0.1:{WORKER_PORT}/metrics", timeout=5).text
    found = [line.split()[1] for line in told.splitlines() if line.startswith(f"{name} ")]
    return float(found[0]) if found else 0.0


def ended(name: str) -> Callable[[], str]:
    def end() -> str:
        run("podman", "stop", "--time=60", name)
        return run("podman", "inspect", "--format", "{{.State.ExitCode}}", name)

    return end


if __name__ == "__main__":
    die_with_parent()
    main()
