"""A RabbitMQ node of a test's own: its files in one folder, its helpers on loopback."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from amqp import Connection
from amqp.exceptions import AMQPError

from tests.faults.stack import kill
from tests.parts import until
from tests.servers.ports import free_port
from tools.standins import RABBITMQ
from tools.supervisor import Child

START_SECONDS = 120.0
USER = PASSWORD = "modwatch"
# One core, on which nothing spins while it waits.
QUIET = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMq:
    """Listens at `host`; its own helper listens on loopback alone."""

    def __init__(self, folder: Path, host: str) -> None:
        self.host, self.port = host, free_port()
        names, ours = free_port(), free_port()
        (folder / "rabbitmq.conf").write_text(_config(host, self.port))
        (folder / "enabled_plugins").write_text("[].")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": f"{folder}",  # the cookie is there
            "RABBITMQ_NODENAME": "modwatch@localhost",
            "RABBITMQ_CONFIG_FILE": f"{folder / 'rabbitmq'}",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder / 'enabled_plugins'}",
            "RABBITMQ_MNESIA_BASE": f"{folder / 'data'}",
            "RABBITMQ_LOG_BASE": f"{folder / 'log'}",
            "RABBITMQ_DIST_PORT": f"{ours}",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"{QUIET} -kernel inet_dist_use_interface {{127,0,0,1}}"
            ),
            "RUNNING_UNDER_SYSTEMD": "1",  # the script becomes the node, and is no parent of it
            "ERL_EPMD_PORT": f"{names}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        # Its console goes to a file: what it says at a start is of no use to whoever reads ours.
        quiet = ("sh", "-c", f'exec "$@" >> {folder / "console"} 2>&1', "sh")
        set_up = (*quiet, "env", "-i", *(f"{name}={text}" for name, text in environment.items()))
        epmd = shutil.which("epmd") or "epmd"
        self.names = Child("epmd", (*set_up, epmd, "-port", f"{names}"))
        self.node = Child("rabbitmq", (*set_up, str(RABBITMQ)))

    @property
    def url(self) -> str:
        return f"amqp://{USER}:{PASSWORD}@{self.host}:{self.port}//"

    def start(self) -> None:
        """Returns when it answers."""
        if self.names.pid is None:
            self.names.start()
        self.node.start()
        until(self.answers, START_SECONDS, "an answer of RabbitMQ")

    def answers(self) -> bool:
        with suppress(AMQPError, OSError):
            address = f"{self.host}:{self.port}"
            with Connection(address, USER, PASSWORD, virtual_host="/", connect_timeout=2):
                return True
        return False

    def kill(self) -> None:
        kill(self.node)

    def end(self) -> None:
        for child in (self.node, self.names):
            kill(child)


def _config(host: str, port: int) -> str:
    return "".join(
        f"{name} = {text}\n"
        for name, text in {
            "listeners.tcp.1": f"{host}:{port}",
            "default_user": USER,
            "default_pass": PASSWORD,
            "loopback_users": "none",
            "log.file.level": "warning",
            "log.console": "false",
        }.items()
    )
