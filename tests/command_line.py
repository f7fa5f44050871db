"""`flask --app wsgi` as a process of a test, on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from adapters.process_tether import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


class CommandLine:
    """Commands on the database at `url`, without Redis, their data under `data_dir`."""

    def __init__(self, url: str, data_dir: Path) -> None:
        kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        self.environment = kept | {
            "MODWATCH_DATABASE_URL": url,
            "MODWATCH_DATA_DIR": str(data_dir),
            "MODWATCH_REDIS_URL": "none",
        }

    def run(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        process = self.start(*arguments, stdin=subprocess.PIPE)
        out, err = process.communicate(stdin)
        return subprocess.CompletedProcess(
            arguments, process.returncode, out.decode(), err.decode()
        )

    def start(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, **settings: str
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*FLASK, *arguments],
            cwd=ROOT,
            env=self.environment | settings,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
