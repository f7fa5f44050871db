"""`modwatch` on a database of a test: as a process, or in the test's own, which is quick."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from click.testing import CliRunner
from flask.cli import ScriptInfo

from adapters.process.tether import die_with_parent
from adapters.settings import load_settings
from api.cli.application import command_application
from api.cli.commands import Commands
from services.container import build_parts

ROOT = Path(__file__).resolve().parent.parent
MODWATCH = (sys.executable, "-m", "modwatch")


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
            [*MODWATCH, *arguments],
            cwd=ROOT,
            env=self.environment | settings,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )


class CommandHere(CommandLine):
    """The same commands without processes: for what they do, not for how they are started."""

    def run(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        settings = load_settings(self.environment)
        with closing(build_parts(settings)) as parts:
            script = ScriptInfo(create_app=lambda: command_application(settings, parts))
            done = CliRunner().invoke(Commands(), arguments, input=stdin, obj=script)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)
