"""`healthy web | worker | beat`: for a container's health check, which wants an exit code."""

from __future__ import annotations

import http.client
import time
from socket import gethostname
from typing import TYPE_CHECKING

import click

from adapters.settings import Settings, load_settings
from api.cli.group import CommandGroup, FailedError

if TYPE_CHECKING:
    from adapters.redis.pulse import Pulse

group = CommandGroup("healthy")
TIMEOUT_SECONDS = 3.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


# None of these makes the application, nor reads what it is made of: a check every few seconds is to
# cost little.
@group.command("web", with_appcontext=False, examples=["modwatch healthy web"])
def web() -> None:
    """Exit 0 while the web process of this host serves, else 3; the database is not asked."""
    settings = load_settings()
    _ask_live(settings, settings.port)


@group.command("worker", with_appcontext=False, examples=["modwatch healthy worker"])
def worker() -> None:
    """Exit 0 while the worker of this host lives, else 3.

    Asked on MODWATCH_WORKER_METRICS_PORT where that is set, else looked for in Redis.
    """
    settings = load_settings()
    if settings.worker_metrics_port is not None:
        _ask_live(settings, settings.worker_metrics_port)
        return
    _say(gethostname() in _pulse(settings).hosts(_now_ms()), "no sign of life in 15 s")


@group.command("beat", with_appcontext=False, examples=["modwatch healthy beat"])
def beat() -> None:
    """Exit 0 while beat lives, else 3.

    Asked on MODWATCH_WORKER_METRICS_PORT where that is set, else by what beat last had done.
    """
    settings = load_settings()
    if settings.worker_metrics_port is not None:
        _ask_live(settings, settings.worker_metrics_port)
        return
    _say(_pulse(settings).beat_is_alive(_now_ms()), "nothing it sends was done in 100 s")


def _ask_live(settings: Settings, port: int) -> None:
    host = EVERYWHERE.get(settings.bind, settings.bind)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/live")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise FailedError(f"no answer on port {port}: {error}") from None
    finally:
        connection.close()
    _say(status == 200, f"port {port} answers with {status}")


def _pulse(settings: Settings) -> Pulse:
    from adapters.redis.link import RedisLink  # where an HTTP port is asked nobody needs Redis's
    from adapters.redis.pulse import Pulse

    return Pulse(RedisLink(settings.redis_url))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _say(is_healthy: bool, otherwise: str) -> None:
    if not is_healthy:
        raise FailedError(otherwise)
    click.echo("healthy")
