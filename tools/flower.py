"""`make flower`: Celery's own web page, on this machine alone, behind a password."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

ADDRESS, PORT = "127.0.0.1", 5555
# Flower's own name for it, `user:password`; not among the options, which `ps` shows to everybody.
VARIABLE = "FLOWER_BASIC_AUTH"
OTHERWISE = ("--basic_auth", "--basic-auth", "--auth")
CELERY = Path(sys.executable).parent / "celery"


def main() -> None:
    """Become Flower; exits with one line where its port is taken. Options go on to Flower."""
    options = sys.argv[1:]
    port = next((one.partition("=")[2] for one in options if one.startswith("--port=")), str(PORT))
    if not port.isdigit() or int(port) > 65_535:
        sys.exit(f"flower: --port must be a number up to 65535, not {port!r}")
    if not is_free(int(port)):
        sys.exit(f"flower: port {port} of {ADDRESS} is taken; say MORE=--port=5556 for another")
    if not any(one.startswith(OTHERWISE) for one in options):
        os.environ[VARIABLE] = login_of(os.environ, f"http://{ADDRESS}:{port}")
    command = [str(CELERY), "-A", "celery_config", "flower", f"--address={ADDRESS}", *options]
    os.execv(CELERY, command)


def login_of(environ: Mapping[str, str], address: str) -> str:
    """`user:password`: the given one, or one for this start, told on stderr."""
    if given := environ.get(VARIABLE):
        return given
    password = secrets.token_urlsafe(12)
    print(f"flower: {address}, user modwatch, password {password}", file=sys.stderr, flush=True)
    return f"modwatch:{password}"


def is_free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port))
        except OSError:
            return False
        return True


if __name__ == "__main__":
    main()
