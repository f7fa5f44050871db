"""The Valkey server that `make run` brings along: its command line, its first answer."""

import os
import re
import socket
from itertools import count
from pathlib import Path

from adapters.process.embedded_valkey import socket_path
from tools.standins import valkey_server
from tools.supervisor import Child, ChildFailedError

# What Valkey 8 and 9 write before they end over an append-only file.
_UNREADABLE = re.compile(r"append only file|appendonly|AOF|RDB", re.IGNORECASE)


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
    child = Child("valkey", [str(program), *listen, *keep, *log])

    def prepare() -> None:
        put_aside_what_valkey_cannot_read(data_dir, child.pid)

    child.prepare = prepare
    return child


def put_aside_what_valkey_cannot_read(data_dir: Path, pid: int | None) -> bool:
    """Where the Valkey of `pid` ended over its own file: keep that file elsewhere, say so.

    All of it can be had again: copies of answers, the last live events, tasks that only wake.
    """
    folder = data_dir / "valkey"
    said = _last_lines_of(folder / "valkey.log", pid)
    if not _UNREADABLE.search(said):
        return False
    place = next(path for n in count(1) if not (path := folder / f"unreadable-{n}").exists())
    (folder / "appendonlydir").rename(place)
    print(f"modwatch: Valkey could not read its file, kept as {place}; it starts anew", flush=True)
    return True


def _last_lines_of(log: Path, pid: int | None) -> str:
    """What the process `pid` wrote to its log last; each line begins with its id."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(line for line in lines if line.startswith(f"{pid}:"))


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
