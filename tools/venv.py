"""Makes `.venv` and installs a requirements file, once per content of it. Needs no library."""

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

from adapters.process_tether import die_with_parent  # noqa: E402

VENV = ROOT / ".venv"


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


def fingerprint(requirements: list[str]) -> str:
    """Return a digest of the interpreter and of every requirements file that is installed."""
    content = sys.version + "".join((ROOT / name).read_text() for name in requirements)
    return hashlib.sha256(content.encode()).hexdigest()


def install(name: str) -> None:
    """Install `name` (and what it includes) unless the same content was installed before."""
    files = ["requirements.txt"] if name == "requirements.txt" else ["requirements.txt", name]
    stamp = VENV / f".installed-{name}"
    wanted = fingerprint(files)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"installing {name} into .venv", flush=True)
    python = VENV / "bin" / "python"
    if not (VENV / "bin" / "pip").exists():
        run(sys.executable, "-m", "venv", str(VENV))
    run(str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", name)
    stamp.write_text(wanted)


if __name__ == "__main__":
    die_with_parent()
    with only_one():
        install(sys.argv[1])
