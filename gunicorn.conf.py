"""How gunicorn serves Modwatch; `make run` gives it another --bind."""

import resource
import time
from threading import Thread
from typing import Any

import structlog

from adapters.process.memory import load_undisturbed, settle
from adapters.process.tether import die_with_parent
from adapters.settings import SettingError, load_settings
from adapters.telemetry.logs import (
    configure_logs,
    say_unknown_settings,
    take_over_python_logs,
)
from adapters.telemetry.shared_counts import count_together, forget_ended
from adapters.version import this_version

load_undisturbed()
try:
    _settings = load_settings()
except SettingError as error:
    raise SystemExit(f"modwatch: {error}") from None

# Before anything that counts is imported.
_counts = count_together(_settings.data_dir)

bind = _settings.listen_address
workers = _settings.web_workers
worker_class = "api.server.worker.ServingWorker"
# Every open WebSocket is a connection for as long as somebody looks at the page.
worker_connections = 20_000
control_socket_disable = True
loglevel = "warning"
keepalive = _settings.keepalive_seconds
# As long as gunicorn allows: a search or a rule as a filter takes its room.
limit_request_line = 8190
# Who may say where a request comes from is known by api/http/proxies.py alone.
forwarded_allow_ips = ""
graceful_timeout = 8  # seconds; shorter than the supervisors' own patience

_, _most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_most_files, _most_files))


def on_starting(server: Any) -> None:
    """What is no HTTP at all gunicorn quotes in its log, with whatever secret is in it."""
    forget_ended(_counts)
    configure_logs(_settings)
    say_unknown_settings(_settings)
    formatter = take_over_python_logs(_settings)
    for handler in server.log.error_log.handlers:
        handler.setFormatter(formatter)


def when_ready(server: Any) -> None:
    """What whoever sets it up wants to know: the log of a container is all that they see."""
    settle()
    structlog.get_logger().info(
        "serving",
        version=str(this_version()),
        public_url=_settings.public_url,
        discord_redirect=_settings.login_redirect_url,
    )


def post_fork(server: Any, worker: Any) -> None:
    """Tie each worker to the master: a killed master leaves none behind."""
    die_with_parent(server.pid)


def post_worker_init(worker: Any) -> None:
    """Open WebSockets would hold a stop up for the whole graceful timeout: they end first."""
    from api.live.hub import HUB

    settle()
    hub = worker.wsgi.extensions[HUB]

    def watch() -> None:
        while worker.alive:
            time.sleep(0.1)
        worker.hang_up_resting()
        hub.shut()

    Thread(target=watch, daemon=True).start()


def worker_exit(server: Any, worker: Any) -> None:
    """Where nothing else was to be waited for, the worker is here before anybody has looked."""
    from api.live.hub import HUB

    if (app := getattr(worker, "wsgi", None)) is not None:  # None where it could not start
        app.extensions[HUB].shut()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; its counters stay in the sums."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
