"""What is made to fail in an installation: each kind begins, and says what ends it."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import make_url, text

from domain.windows import DAY_MS, HOUR_MS
from tests.faults.moved_clock import MovedClock
from tests.faults.small_disk import fill
from tests.faults.stack import Stack, kill
from tests.servers.postgres import Cluster

# Between two clocks of one machine, each asked in its turn.
APART_SECONDS = 60.0


@dataclass(slots=True)
class Site:
    """An installation under test, and the server of its database (None: SQLite)."""

    stack: Stack
    disk: Path
    cluster: Cluster | None
    clock: MovedClock | None  # of every process of it, where a fault moves it


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    begin: Callable[[Site], Callable[[], None]]  # returns what ends it
    on_sqlite: bool = True
    on_postgresql: bool = True
    moves_clock: bool = False


def _killed(name: str) -> Callable[[Site], Callable[[], None]]:
    def begin(site: Site) -> Callable[[], None]:
        child = getattr(site.stack, name)
        kill(child)
        return site.stack.start_valkey if name == "valkey" else child.start

    return begin


def _frozen_valkey(site: Site) -> Callable[[], None]:
    site.stack.valkey.send(signal.SIGSTOP)
    return lambda: site.stack.valkey.send(signal.SIGCONT)


def _frozen_postgresql(site: Site) -> Callable[[], None]:
    assert site.cluster is not None
    site.cluster.send(signal.SIGSTOP)
    return lambda: site.cluster.send(signal.SIGCONT) if site.cluster else None


def _killed_postgresql(site: Site) -> Callable[[], None]:
    assert site.cluster is not None
    site.cluster.kill()
    return site.cluster.serve


def _clock_off(seconds: int) -> Callable[[Site], Callable[[], None]]:
    def begin(site: Site) -> Callable[[], None]:
        assert site.clock is not None
        site.clock.move(seconds)
        assert _are_off(site, seconds)
        return partial(site.clock.move, 0)

    return begin


def _are_off(site: Site, seconds: int) -> bool:
    """Whether web, Valkey and the server of the database, each asked, say so."""
    said = site.stack.get("/health/live").headers["Date"]
    clocks = [parsedate_to_datetime(said).timestamp()]
    with site.stack.redis() as client:
        clocks.append(client.time()[0])
    if site.cluster is not None:
        with site.stack.database.read() as connection:
            clocks.append(connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())")))
    return all(abs(float(one) - time.time() - seconds) < APART_SECONDS for one in clocks)


def _refusing_valkey(site: Site) -> Callable[[], None]:
    with site.stack.redis() as client:
        client.config_set("maxmemory", 1)

    def end() -> None:
        with site.stack.redis() as client:
            client.config_set("maxmemory", 0)

    return end


def _full_disk(site: Site) -> Callable[[], None]:
    return fill(site.disk).unlink


def _locked_sqlite(site: Site) -> Callable[[], None]:
    path = make_url(site.stack.database.url).database
    holder = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")

    def end() -> None:
        holder.execute("ROLLBACK")
        holder.close()

    return end


def _used_up_connections(site: Site) -> Callable[[], None]:
    url = make_url(site.stack.database.url).set(drivername="postgresql")
    taken: list[psycopg.Connection] = []
    while True:
        try:
            taken.append(psycopg.connect(url.render_as_string(hide_password=False)))
        except psycopg.OperationalError:
            break

    def end() -> None:
        for one in taken:
            one.close()

    return end


FAULTS = (
    Fault("web killed (kill -9)", _killed("web")),
    Fault("worker killed (kill -9)", _killed("worker")),
    Fault("Valkey killed (kill -9)", _killed("valkey")),
    Fault("Valkey frozen (SIGSTOP)", _frozen_valkey),
    Fault("Valkey refuses writes (maxmemory)", _refusing_valkey),
    Fault("database frozen (SIGSTOP)", _frozen_postgresql, on_sqlite=False),
    Fault("PostgreSQL killed (kill -9)", _killed_postgresql, on_sqlite=False),
    Fault("database locked by another program", _locked_sqlite, on_postgresql=False),
    Fault("all connections taken by others", _used_up_connections, on_sqlite=False),
    Fault("data disk full", _full_disk),
    Fault("server's clock a day ahead, then right", _clock_off(DAY_MS // 1000), moves_clock=True),
    Fault(
        "server's clock an hour behind, then right", _clock_off(-HOUR_MS // 1000), moves_clock=True
    ),
)
