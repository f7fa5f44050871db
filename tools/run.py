"""`make run`: Valkey, migrations, demo, web and worker here, as one thing to start and to stop."""

import argparse
import fcntl
import os
import signal
import socket
import sys
from pathlib import Path
from typing import IO

from adapters.embedded_valkey import socket_path
from adapters.process_tether import die_with_parent
from adapters.settings import SettingError, Settings, load_settings
from tools.embedded import embedded_valkey, valkey_answers
from tools.first_answer import FirstAnswer
from tools.supervisor import Child, ChildFailedError, StopRequestedError, Supervisor

PYTHON = (sys.executable, "-m")
FLASK = (*PYTHON, "flask", "--app", "wsgi")
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
    except StopRequestedError:
        print("modwatch: stopped", flush=True)
    except (ChildFailedError, SettingError, OSError) as error:
        sys.exit(f"modwatch: {error}")


def start(supervisor: Supervisor, settings: Settings, listener: socket.socket) -> None:
    """Start everything, in the order in which one needs the other; returns when the page is up."""
    if supervisor.run("dashboard", (*PYTHON, "tools.dashboard")) != 0:
        print("modwatch: the dashboard could not be built; going on with what is there", flush=True)
    if settings.redis_url == f"unix://{socket_path(settings.data_dir)}":
        valkey = supervisor.start(embedded_valkey(settings.data_dir))
        supervisor.wait_until(lambda: valkey_answers(settings.data_dir), valkey)
    run_or_fail(supervisor, "migrations", (*FLASK, "db", "upgrade"))
    if settings.demo:
        run_or_fail(supervisor, "demo", (*FLASK, "demo", "load", "--if-empty"))
    web = supervisor.start(web_process(listener))
    if settings.redis_url is not None:
        supervisor.start(worker_process(settings))
    supervisor.wait_until(FirstAnswer(reachable(listener)), web)
    if settings.demo:
        supervisor.start(Child("demo feed", (*PYTHON, "tools.demo_feed")))
    greet(settings)


def run_or_fail(supervisor: Supervisor, name: str, command: tuple[str, ...]) -> None:
    if code := supervisor.run(name, command):
        raise ChildFailedError(f"{name} failed with exit code {code} (see above)")


def web_process(listener: socket.socket) -> Child:
    number = listener.fileno()
    command = (*PYTHON, "gunicorn", "--no-control-socket", "--bind", f"fd://{number}", "wsgi:app")
    return Child("web", command, keep_fds=(number,))


def worker_process(settings: Settings) -> Child:
    beat = ("--beat", "--schedule", str(settings.data_dir / "beat-schedule"))
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
        *beat,
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
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def listen(settings: Settings) -> socket.socket:
    """Take the port now, for the web process; raises ChildFailedError where it is taken.

    So nobody can take it in between, and requests wait while that process starts (again).
    """
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    try:
        listener = socket.create_server((settings.bind, settings.port), family=family, backlog=2048)
    except OSError as error:
        place = f"{settings.bind}:{settings.port}"
        raise ChildFailedError(
            f"port {place} is not free ({_reason(error)}); MODWATCH_PORT names another"
        ) from None
    os.environ["MODWATCH_PORT"] = str(listener.getsockname()[1])
    os.environ.setdefault("MODWATCH_PUBLIC_URL", "http://{}:{}".format(*reachable(listener)))
    return listener


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
    print(f"To log in: {login}. Data: {settings.data_dir}. Ctrl-C stops everything.\n", flush=True)


if __name__ == "__main__":
    main()
