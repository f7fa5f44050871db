"""The Valkey server that `make run` brings along: its command line, its first answer."""

import os
import socket
from pathlib import Path

from adapters.embedded_valkey import socket_path
from tools.standins import valkey_server
from tools.supervisor import Child, ChildFailedError


def embedded_valkey(data_dir: Path) -> Child:
    """Return the server of `data_dir`, not started; raises ChildFailedError without a program."""
    program = valkey_server()
    if program is None:
        raise ChildFailedError(
            "no Valkey server for this system: install valkey or redis, or set MODWATCH_REDIS_URL"
        )
    path = socket_path(data_dir)
    _make_private(path.parent)
    (data_dir / "valkey").mkdir(exist_ok=True)
    listen = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    keep = ["--dir", str(data_dir / "valkey"), "--appendonly", "yes", "--save", ""]
    log = ["--loglevel", "warning", "--logfile", str(data_dir / "valkey" / "valkey.log")]
    return Child("valkey", [str(program), *listen, *keep, *log])


def valkey_answers(data_dir: Path) -> bool:
    """Return whether the server is up and has read its data."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(socket_path(data_dir)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _make_private(folder: Path) -> None:
    """Make `folder`; raises ChildFailedError when somebody else made it first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise ChildFailedError(f"{folder} belongs to another user")
