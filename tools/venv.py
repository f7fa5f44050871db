"""Makes `.venv` and installs a lock file, once per content of it. Needs no library."""

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from os import getpid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapters.process.tether import die_with_parent  # noqa: E402

VENV = ROOT / ".venv"
# Finds its Python and Modwatch beside itself, also through a link to it from the PATH.
PROGRAM = """\
#!/bin/sh
self=$0
[ -L "$self" ] && self=$(readlink -f "$self")
bin=$(dirname "$self")
exec "$bin/python" "$bin/../../modwatch.py" "$@"
"""


@contextmanager
def only_one() -> Iterator[None]:
    """Hold a lock on the venv, so that two `make` at once do not install into it together."""
    VENV.mkdir(exist_ok=True)
    with (VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command: str) -> None:
    """Run one step that ends when this process ends; exits with one line when it fails."""
    step = subprocess.run(
        command, cwd=ROOT, check=False, preexec_fn=partial(die_with_parent, getpid())
    )
    if step.returncode != 0:
        sys.exit(f"setting up .venv stopped: {' '.join(command[:5])} failed (see above)")


def fingerprint(lock: str) -> str:
    """Return a digest of the interpreter and of the lock file."""
    return hashlib.sha256((sys.version + (ROOT / lock).read_text()).encode()).hexdigest()


def install(lock: str) -> None:
    """Install what `lock` lists, by its hashes, unless the same content was installed before."""
    stamp = VENV / f".installed-{lock}"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"installing {lock} into .venv", flush=True)
    python = VENV / "bin" / "python"
    if not (VENV / "bin" / "pip").exists():
        run(sys.executable, "-m", "venv", str(VENV))
    pip = (str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", lock)
    stamp.write_text(wanted)


def write_program(folder: Path) -> None:
    """Put `modwatch` into `folder`, the venv's programs, unless it is there as it should be."""
    program = folder / "modwatch"
    if not program.exists() or program.read_text() != PROGRAM:
        program.write_text(PROGRAM)
        program.chmod(0o755)


if __name__ == "__main__":
    die_with_parent()
    with only_one():
        install(sys.argv[1])
        write_program(VENV / "bin")
