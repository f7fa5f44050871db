"""`make run`: Valkey, migrations, demo, web and worker here, as one thing to start and to stop."""

import argparse
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from adapters.process.tether import die_with_parent
from adapters.settings import SettingError, Settings, load_settings
from adapters.telemetry.shared_counts import forget_all
from tools.embedded import (
    embedded_valkey,
    put_aside_what_valkey_cannot_read,
    valkey_answers,
)
from tools.first_answer import FirstAnswer
from tools.room import has_room
from tools.supervisor import Child, ChildFailedError, StopRequestedError, Supervisor

PYTHON = (sys.executable, "-m")
MODWATCH = (*PYTHON, "modwatch")
WAIT_FOR_ROOM_SECONDS = 5.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def main() -> None:
    """Run until told to end; exits with one line where something is wrong."""
    options = argparse.ArgumentParser(prog="make run")
    options.add_argument("--parent", type=int, help="the process id of make")
    parent_pid: int | None = options.parse_args().parent
    supervisor = Supervisor(Path(f"/proc/{parent_pid}") if parent_pid else None)
    die_with_parent(parent_pid, signal.SIGTERM)
    try:
        settings = prepare_settings()
        with lock_data_folder(settings.data_dir), listen(settings) as listener:
            try:
                start(supervisor, settings, listener)
                supervisor.watch()
            finally:
                supervisor.stop()
                forget_all(settings.data_dir)
    except StopRequestedError:
        print("modwatch: stopped", flush=True)
    except (ChildFailedError, SettingError, OSError) as error:
        sys.exit(f"modwatch: {error}")


def start(supervisor: Supervisor, settings: Settings, listener: socket.socket) -> None:
    """Start everything, in the order in which one needs the other; returns when the page is up."""
    if supervisor.run("dashboard", (*PYTHON, "tools.dashboard")) != 0:
        print("modwatch: the dashboard could not be built; going on with what is there", flush=True)
    steps = [
        lambda: start_valkey(supervisor, settings),
        lambda: run_or_fail(supervisor, "migrations", (*MODWATCH, "db", "upgrade")),
        lambda: load_demo(supervisor, settings),
        lambda: start_web(supervisor, listener),
    ]
    for step in steps:
        take(step, supervisor, settings.data_dir)
    if settings.redis_url is not None:
        supervisor.start(worker_process(settings))
    if settings.demo:
        supervisor.start(Child("demo feed", (*PYTHON, "tools.demo_feed")))
    greet(settings)


def take(step: Callable[[], None], supervisor: Supervisor, data_dir: Path) -> None:
    """Do one step of the start; where the disk is full, again and again until there is room."""
    while True:
        try:
            return step()
        except ChildFailedError as error:
            if has_room(data_dir):
                raise
            print(f"modwatch: {error}; no room in {data_dir}, trying again", flush=True)
            supervisor.pause(WAIT_FOR_ROOM_SECONDS)


def start_valkey(supervisor: Supervisor, settings: Settings) -> None:
    """The embedded server, unless settings name another; anew where it cannot read its file."""
    if not settings.embeds_redis:
        return
    valkey = embedded_valkey(settings.data_dir)
    try:
        supervisor.wait_until(lambda: valkey_answers(settings.data_dir), supervisor.start(valkey))
    except ChildFailedError:
        if not put_aside_what_valkey_cannot_read(settings.data_dir, valkey.pid):
            raise
        supervisor.wait_until(lambda: valkey_answers(settings.data_dir), supervisor.start(valkey))


def load_demo(supervisor: Supervisor, settings: Settings) -> None:
    if settings.demo:
        run_or_fail(supervisor, "demo", (*MODWATCH, "demo", "load", "--if-empty"))


def start_web(supervisor: Supervisor, listener: socket.socket) -> None:
    web = supervisor.start(web_process(listener))
    supervisor.wait_until(FirstAnswer(reachable(listener)), web)


def run_or_fail(supervisor: Supervisor, name: str, command: tuple[str, ...]) -> None:
    if code := supervisor.run(name, command):
        raise ChildFailedError(f"{name} failed with exit code {code} (see above)")


def web_process(listener: socket.socket) -> Child:
    number = listener.fileno()
    command = (*PYTHON, "gunicorn", "--no-control-socket", "--bind", f"fd://{number}", "wsgi:app")
    return Child("web", command, keep_fds=(number,))


def worker_process(settings: Settings) -> Child:
    # Whoever runs this as root, in a container for instance, knows it.
    as_root = ("-W", "ignore:You're running the worker with superuser")
    celery = (
        sys.executable,
        *as_root,
        "-m",
        "celery",
        "-A",
        "celery_config",
        "-q",
        "worker",
        "--beat",
    )
    return Child("worker", (*celery, "--concurrency", "1", "--loglevel", "warning"))


def prepare_settings() -> Settings:
    """Return the settings of this run, and make them those of every child."""
    os.environ.setdefault("MODWATCH_DEMO", "1")
    return load_settings()


def lock_data_folder(data_dir: Path) -> IO[str]:
    """Hold the folder for this process alone; raises ChildFailedError naming who has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / "modwatch.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise ChildFailedError(
            f"{data_dir} is in use by process {lock.read().strip()}, which runs already"
        ) from None
    lock.truncate(0)
    with suppress(OSError):  # on a full disk: the lock holds without the number
        lock.write(f"{os.getpid()}\n")
        lock.flush()
    return lock


def listen(settings: Settings) -> socket.socket:
    """Take the port now, for the web process; raises ChildFailedError where it is taken.

    So nobody can take it in between, and requests wait while that process starts (again).
    """
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    try:
        listener = socket.create_server(
            (settings.bind, settings.port),
            family=family,
            backlog=2048,
            dualstack_ipv6=settings.bind == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        place = f"{settings.bind}:{settings.port}"
        raise ChildFailedError(
            f"port {place} is not free ({_reason(error)}); MODWATCH_PORT names another"
        ) from None
    os.environ["MODWATCH_PORT"] = str(listener.getsockname()[1])
    os.environ.setdefault("MODWATCH_PUBLIC_URL", _url_of(*reachable(listener)))
    return listener


def _url_of(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reason(error: OSError) -> str:
    """The words of the system alone: Python repeats the address in its own way."""
    return os.strerror(error.errno) if error.errno else str(error)


def reachable(listener: socket.socket) -> tuple[str, int]:
    """Return the host and port under which this machine reaches `listener`."""
    host, port = listener.getsockname()[:2]
    return ANY_ADDRESS.get(host, host), port


def greet(settings: Settings) -> None:
    """Say where the page is and how to get in."""
    ways = ["choose a role under 'Look around as' there"] if settings.demo else []
    if settings.discord_client_id:
        ways.append("use 'Log in with Discord' there")
    login = " or ".join(ways) or "set MODWATCH_DISCORD_CLIENT_ID and MODWATCH_DISCORD_CLIENT_SECRET"
    print(f"\nModwatch is up: {os.environ['MODWATCH_PUBLIC_URL']}")
    if not settings.demo or settings.discord_client_id:
        reached = replace(settings, public_url=os.environ["MODWATCH_PUBLIC_URL"])
        print(f"The redirect to register with Discord: {reached.login_redirect_url}")
    print(f"To log in: {login}. Data: {settings.data_dir}. Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    main()
