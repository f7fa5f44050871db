"""The settings Modwatch is served with, without what reaches into Modwatch itself."""

from pathlib import Path
from runpy import run_path
from typing import Any

_same = run_path(str(Path(__file__).resolve().parents[2] / "gunicorn.conf.py"))
globals().update({name: value for name, value in _same.items() if not name.startswith("_")})


def post_worker_init(worker: Any) -> None:
    """Nothing: only Modwatch has sockets to close."""
