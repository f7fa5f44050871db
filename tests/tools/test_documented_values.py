"""What docs/configuration.md says a setting takes is started: by a child, as an operator would."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.settings import ROOT

LISTENS = """
import socket
from adapters.settings import load_settings
from tools.run import listen, reachable
with listen(load_settings()) as listener:
    # As the web process does: it reads the address that was chosen for it.
    print(load_settings().public_url)
    listener.listen()
    for host in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((host, listener.getsockname()[1]), 5).close()
            print(host)
        except OSError:
            pass
"""
STARTS = """
import json, os, sys
from api.app import create_app
from services.container import build_parts
from adapters.settings import load_settings
for given in json.load(sys.stdin):
    os.environ.update(given)
    settings = load_settings()
    parts = build_parts(settings)
    assert create_app(settings, parts).test_client().get("/health/live").status_code == 200
    parts.close()
    for name in given:
        del os.environ[name]
"""


def run(program: str, tmp_path: Path, *, told: str = "", **settings: str) -> list[str]:
    environment = {f"MODWATCH_{name}": text for name, text in settings.items()}
    environment |= {"MODWATCH_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()


@pytest.mark.parametrize(
    ("bind", "host", "reached"),
    [
        ("127.0.0.1", "127.0.0.1", {"127.0.0.1"}),
        ("localhost", "127.0.0.1", {"127.0.0.1"}),
        ("0.0.0.0", "127.0.0.1", {"127.0.0.1"}),
        ("::1", "[::1]", {"::1"}),
        ("::", "[::1]", {"127.0.0.1", "::1"}),
    ],
)
def test_every_address_to_listen_on(
    tmp_path: Path, bind: str, host: str, reached: set[str]
) -> None:
    url, *hosts = run(LISTENS, tmp_path, BIND=bind, PORT="0")
    assert re.fullmatch(rf"http://{re.escape(host)}:\d+", url)
    assert set(hosts) == reached


KEY = "k" * 32
# Variable -> what docs/configuration.md says that it takes, as an operator would type it.
DOCUMENTED: dict[str, list[dict[str, str]]] = {
    "REDIS_URL": [
        {"REDIS_URL": "none"},
        {"REDIS_URL": "redis://127.0.0.1:9/0"},
        {"REDIS_URL": "rediss://:password@127.0.0.1:9/0"},
        {"REDIS_URL": "unix:///tmp/nobody.sock"},
    ],
    "DATABASE_URL": [
        {"DATABASE_URL": "postgresql://user:password@127.0.0.1/database"},
        {"DATABASE_URL": "sqlite:///{folder}/a b#1?.db"},
    ],
    "PUBLIC_URL": [
        {"PUBLIC_URL": "https://mod.example.com", "SECRET_KEY": KEY},
        {"PUBLIC_URL": "https://example.com/modwatch/", "SECRET_KEY": KEY},
        {"PUBLIC_URL": "http://[::1]:8000"},
    ],
    "DEMO": [{"DEMO": "0"}, {"DEMO": "1"}],
    "RATE_LIMITS": [{"RATE_LIMITS": "0"}, {"RATE_LIMITS": "1"}],
    "TRUSTED_PROXIES": [{"TRUSTED_PROXIES": "10.0.0.0/8, ::1"}, {"TRUSTED_PROXIES": "127.0.0.1"}],
    "KEEPALIVE_SECONDS": [{"KEEPALIVE_SECONDS": "620"}],
    "WEB_WORKERS": [{"WEB_WORKERS": "4"}],
    "LOG_LEVEL": [{"LOG_LEVEL": one} for one in ("debug", "info", "warning", "error")],
    "LOG_FORMAT": [{"LOG_FORMAT": one} for one in ("auto", "console", "json")],
    "METRICS_TOKEN": [{"METRICS_TOKEN": "secret"}],
    "SMTP_URL": [
        {"SMTP_URL": "smtp://user:password@host:587?starttls=required"},
        {"SMTP_URL": "smtps://host", "MAIL_FROM": "Modwatch <modwatch@host>"},
    ],
    "OUTGOING_ALLOW": [{"OUTGOING_ALLOW": "10.1.0.0/16:8080, fd00::/8:443"}],
    "APPRISE_SCHEMES": [{"APPRISE_SCHEMES": "tgram, pover"}],
}


def test_every_other_value(tmp_path: Path) -> None:
    """One child for all of them: each is an application that answers."""
    told = [
        {f"MODWATCH_{name}": text.format(folder=tmp_path) for name, text in given.items()}
        for values in DOCUMENTED.values()
        for given in values
    ]
    run(STARTS, tmp_path, told=json.dumps(told))
