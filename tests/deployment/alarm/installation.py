"""Web, worker, beat, Valkey and PostgreSQL as processes, each to be killed and started alone."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adapters.settings import load_settings
from tests.faults.stack import kill
from tests.parts import until
from tests.servers.postgres import Cluster
from tools.embedded import embedded_valkey, valkey_answers
from tools.run import web_process
from tools.supervisor import Child

# Whoever runs this as root knows it.
CELERY = (sys.executable, "-W", "ignore", "-m", "celery", "-A", "celery_config", "-q")
QUIET = ("--loglevel", "critical")


@dataclass(frozen=True, slots=True)
class Part:
    """What can be killed, and the alert that says so."""

    name: str
    alert: str
    kill: Callable[[], None]
    start: Callable[[], None]


class Installation:
    def __init__(self, folder: Path) -> None:
        (folder / "postgres").mkdir()
        self.cluster = Cluster(folder / "postgres", folder / "kept" / "data")
        (folder / "kept").mkdir()
        self.cluster.start()
        os.environ |= {
            "MODWATCH_DATA_DIR": str(folder / "data"),
            "MODWATCH_DATABASE_URL": self.cluster.url(self.cluster.create()),
            "MODWATCH_LOG_LEVEL": "error",
        }
        os.environ.pop("MODWATCH_REDIS_URL", None)
        settings = load_settings()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.address = "{}:{}".format(*self.listener.getsockname()[:2])
        valkey = embedded_valkey(settings.data_dir)
        web = web_process(self.listener)
        worker = Child("worker", (*CELERY, "worker", "--concurrency", "1", *QUIET))
        beat = Child("beat", (*CELERY, "beat", *QUIET))
        self.children = (valkey, web, worker, beat)
        for child in self.children:
            child.start()
            if child is valkey:
                until(lambda: valkey_answers(settings.data_dir), 60, "an answer of Valkey")
        self.parts = (
            _part(web, "ModwatchWebDown"),
            Part("database", "ModwatchDatabaseAway", self.cluster.stop, self.cluster.serve),
            _part(valkey, "ModwatchRedisAway"),
            _part(worker, "ModwatchWorkersGone"),
            _part(beat, "ModwatchBeatGone"),
        )

    def end(self) -> None:
        for child in reversed(self.children):
            kill(child)
        self.cluster.stop()
        self.listener.close()


def _part(child: Child, alert: str) -> Part:
    return Part(child.name, alert, lambda: kill(child), child.start)
